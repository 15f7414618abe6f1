using System.Security.Cryptography;

namespace Msf.Checkpoints;

/// <summary>
/// Lets a <c>model.json</c> vouch for itself: the SHA-256 of its own text, in which the digest's own digits count as zeros. A flipped digit in a
/// statistic or a guidance scale is noticed, which no reader could tell from a right one otherwise.
/// </summary>
internal static class ManifestDigest
{
    /// <summary>What stands in the place of the digest while it is computed.</summary>
    internal static string Blank { get; } = new('0', 2 * SHA256.HashSizeInBytes);

    /// <summary>Fills in the digest.</summary>
    /// <param name="text">The whole text, with <see cref="Blank"/> once, in the place of the digest.</param>
    internal static string Seal(string text) => Replace(text, Blank, FileDigest.OfText(text));

    /// <summary>Whether a text is as it was sealed.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="digest">The digest that it gives.</param>
    internal static bool Holds(string text, string digest) => digest.Length == Blank.Length && FileDigest.OfText(Replace(text, digest, Blank)) == digest;

    // The last one: the digest is the last member, and a digest of another file may have the same digits only by design.
    private static string Replace(string text, string digits, string by)
    {
        var at = text.LastIndexOf(digits, StringComparison.Ordinal);
        return at < 0 ? text : string.Concat(text.AsSpan(0, at), by, text.AsSpan(at + digits.Length));
    }
}
