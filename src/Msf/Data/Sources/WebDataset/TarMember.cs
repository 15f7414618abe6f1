namespace Msf.Data;

/// <summary>A regular file in a tar archive.</summary>
/// <param name="Name">Its path in the archive, as it stands there.</param>
/// <param name="Offset">Where its bytes begin in the archive.</param>
/// <param name="Size">Number of its bytes, all of them inside the archive where its length is known.</param>
internal readonly record struct TarMember(string Name, long Offset, long Size);
