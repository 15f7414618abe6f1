namespace Msf.Data;

/// <summary>Where encoding stands.</summary>
/// <param name="Images">Images looked at by this writer in this run.</param>
/// <param name="Total">Images that this writer had to look at when it began.</param>
public sealed record LatentEncodingProgress(int Images, int Total);
