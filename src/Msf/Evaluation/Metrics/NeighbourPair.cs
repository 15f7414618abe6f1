namespace Msf.Evaluation;

/// <summary>A sample and the image of the data that is nearest to it.</summary>
/// <param name="Sample">The sample's number, as it was added with.</param>
/// <param name="Image">The image's number in the data's source.</param>
/// <param name="Distance">Their distance.</param>
public sealed record NeighbourPair(long Sample, long Image, double Distance);
