namespace Msf.Data;

/// <summary>An image on its way into a converted set.</summary>
/// <param name="Index">Its place in the source.</param>
/// <param name="Label">Its class.</param>
/// <param name="Bytes">Its file.</param>
/// <param name="Extension">The file's extension without a dot.</param>
internal readonly record struct PreparedImage(int Index, int Label, byte[] Bytes, string Extension);
