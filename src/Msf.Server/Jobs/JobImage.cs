namespace Msf.Server;

/// <summary>A finished image of a job.</summary>
/// <param name="Index">Place in the job.</param>
/// <param name="Id">Its name in the gallery; null where it is not kept there.</param>
/// <param name="Png">The file, where it is not kept in the gallery.</param>
internal sealed record JobImage(int Index, string? Id, byte[]? Png);
