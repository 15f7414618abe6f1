using System.Security.Cryptography;
using System.Text.Json;
using Msf.Runtime;

namespace Msf.Checkpoints;

/// <summary>
/// Lets a manifest, such as a <c>model.json</c>, vouch for itself: the SHA-256 of its own text, in which the digest's own digits count as zeros. A flipped digit in a
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

    /// <summary>The text of a manifest, sealed.</summary>
    /// <param name="manifest">The manifest, with <see cref="Blank"/> for its digest.</param>
    internal static string Text<T>(T manifest) => Seal(JsonSerializer.Serialize(manifest, JsonFormat.Indented) + "\n");

    /// <summary>Reads a manifest, which must be a valid one and as it was written.</summary>
    /// <param name="json">The text.</param>
    /// <param name="what">Where it is from, for messages.</param>
    /// <param name="validate">Everything that is wrong with it, one line each.</param>
    /// <param name="digest">The digest that it gives; null where somebody removed it.</param>
    /// <exception cref="InvalidDataException">The text is no such manifest, an invalid one, or was changed.</exception>
    internal static T Parse<T>(string json, string what, Func<T, IReadOnlyList<string>> validate, Func<T, string?> digest)
    {
        var manifest = JsonFormat.Parse<T>(json, what);
        if (validate(manifest) is { Count: > 0 } errors) throw new InvalidDataException($"{what}: {string.Join("; ", errors)}");
        return digest(manifest) is { } written && !Holds(json, written)
            ? throw new InvalidDataException($"{what} is not as it was written: it is damaged, or was edited. Use another copy; after an edit on purpose remove its digest.")
            : manifest;
    }

    // The last one: the digest is the last member, and a digest of another file may have the same digits only by design.
    private static string Replace(string text, string digits, string by)
    {
        var at = text.LastIndexOf(digits, StringComparison.Ordinal);
        return at < 0 ? text : string.Concat(text.AsSpan(0, at), by, text.AsSpan(at + digits.Length));
    }
}
