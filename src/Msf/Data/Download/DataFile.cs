using System.Security.Cryptography;
using System.Text;

namespace Msf.Data;

/// <summary>A file on a server.</summary>
/// <param name="Name">Its name without folders.</param>
/// <param name="Url">Where it is, by http or https.</param>
/// <param name="Bytes">Its size; null where that is not known beforehand.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal digits; null where nothing can be checked.</param>
public sealed record DataFile(string Name, Uri Url, long? Bytes = null, string? Sha256 = null)
{
    /// <summary>What git calls a file of this content (the SHA-1 of a blob), 40 lower-case hexadecimal digits; null where that is not known.</summary>
    public string? GitBlob { get; init; }

    /// <summary>The digest that the content is checked by; null where nothing can be checked.</summary>
    internal string? Digest => Sha256 ?? GitBlob;

    /// <summary>Which digest that is, for people.</summary>
    internal string DigestName => Sha256 is null ? "git digest" : "SHA-256";

    /// <summary>That digest of a file that is here.</summary>
    internal async Task<string> DigestOfAsync(string path, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(path);
        if (Sha256 is not null) return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));
        var buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Describes a file by its address alone.</summary>
    /// <param name="url">An http or https address whose last part is the file's name.</param>
    /// <param name="sha256">Its SHA-256 where it is known.</param>
    /// <exception cref="ArgumentException">It is no such address, or no such checksum.</exception>
    public static DataFile FromUrl(string url, string? sha256 = null)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"\"{url}\" is no address; expected http://... or https://...");
        var name = Uri.UnescapeDataString(address.Segments[^1]);
        if (!ArchivePath.IsPlainName(name)) throw new ArgumentException($"{url} does not end in a file's name.");
        if (sha256 is not null && (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit)))
            throw new ArgumentException($"\"{sha256}\" is no SHA-256: expected 64 hexadecimal digits.");
        return new DataFile(name, address, null, sha256?.ToLowerInvariant());
    }
}
