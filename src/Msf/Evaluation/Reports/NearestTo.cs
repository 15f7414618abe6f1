namespace Msf.Evaluation;

/// <summary>A sample, or an image of the data, and what is nearest to it among the data.</summary>
/// <param name="Place">Its place in its set.</param>
/// <param name="Image">Place of its neighbour in the data.</param>
/// <param name="Distance">Their distance.</param>
internal readonly record struct NearestTo(long Place, long Image, double Distance);
