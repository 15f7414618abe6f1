namespace Msf.Data;

/// <summary>Reads what the hub calls the content of a file: SHA-256 where it lies in a store, else the name that git gives it.</summary>
internal static class HubDigest
{
    private const int Sha256Digits = 64;
    private const int GitDigits = 40;

    /// <summary>Whether a text is a commit.</summary>
    internal static bool IsCommit(string text) => text.Length == GitDigits && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The digits of an entity tag, without its quotes; null where it is no digest.</summary>
    internal static string? OfTag(string? tag)
    {
        var digits = tag?.Replace("W/", "", StringComparison.Ordinal).Trim('"');
        return digits is { Length: Sha256Digits or GitDigits } && digits.All(char.IsAsciiHexDigitLower) ? digits : null;
    }

    /// <summary>A file with its digest in the right place.</summary>
    internal static DataFile Describe(string name, Uri address, long? bytes, string digest) => digest.Length == Sha256Digits
        ? new DataFile(name, address, bytes, digest)
        : new DataFile(name, address, bytes) { GitBlob = digest };
}
