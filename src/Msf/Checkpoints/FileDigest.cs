using System.Security.Cryptography;
using System.Text;

namespace Msf.Checkpoints;

/// <summary>Identifies the content of a file.</summary>
public static class FileDigest
{
    /// <summary>The SHA-256 of a file's bytes, as 64 lower-case hexadecimal digits.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>What is wrong with a member that should be such a digest: one line, or none.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="digest">Its value; digits may be of either case.</param>
    internal static IEnumerable<string> Validate(string member, string digest) =>
        digest.Length == 2 * SHA256.HashSizeInBytes && digest.All(char.IsAsciiHexDigit) ? [] : [$"{member} is {OneLine.Quote(digest)}, expected {2 * SHA256.HashSizeInBytes} hexadecimal digits"];

    /// <summary>The same of a text in UTF-8.</summary>
    internal static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
