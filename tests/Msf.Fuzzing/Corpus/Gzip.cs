using System.IO.Compression;

namespace Msf.Fuzzing;

/// <summary>Compresses as gzip does.</summary>
internal static class Gzip
{
    public static byte[] Of(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return compressed.ToArray();
    }
}
