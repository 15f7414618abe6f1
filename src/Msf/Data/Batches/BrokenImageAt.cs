namespace Msf.Data;

/// <summary>A broken image and its place in the source.</summary>
/// <param name="Index">Place in the source.</param>
/// <param name="Image">Its name, and what is wrong.</param>
internal readonly record struct BrokenImageAt(int Index, BrokenImage Image);
