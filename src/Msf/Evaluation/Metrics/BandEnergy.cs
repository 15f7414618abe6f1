namespace Msf.Evaluation;

/// <summary>Mean square, over images, pixels and colours, of one part of images in [-1, 1].</summary>
/// <param name="Name">The part.</param>
/// <param name="Data">Energy in the data.</param>
/// <param name="Samples">Energy in the samples.</param>
/// <param name="Error">Samples over data, less 1: 0 at best; null where the data has none.</param>
/// <param name="StandardError">Standard error of <paramref name="Error"/>, from the spread of the images' energies in both sets.</param>
public sealed record BandEnergy(string Name, double Data, double Samples, double? Error, double? StandardError);
