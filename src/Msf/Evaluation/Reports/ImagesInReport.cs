namespace Msf.Evaluation;

/// <summary>A set of images in a report.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Count">Images; null where statistics do not tell.</param>
/// <param name="Digest">Digest of its images at this size, whatever their order; of a file of statistics its SHA-256.</param>
/// <param name="Size">Height and width in pixels; null where statistics stand for the images.</param>
/// <param name="Resizing">How images came to that size.</param>
public sealed record ImagesInReport(string Source, long? Count, string Digest, int[]? Size, string Resizing);
