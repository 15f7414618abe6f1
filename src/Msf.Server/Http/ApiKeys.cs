using System.Security.Cryptography;
using System.Text;

namespace Msf.Server;

/// <summary>Keys, kept as digests and compared in constant time.</summary>
internal sealed class ApiKeys
{
    private readonly (string Owner, byte[] Digest)[] _keys;

    /// <param name="keys">Keys by the names of their owners.</param>
    internal ApiKeys(IReadOnlyDictionary<string, string> keys) => _keys = [.. keys.Select(pair => (pair.Key, Digest(pair.Value)))];

    /// <summary>Whether any key is needed.</summary>
    internal bool AreNeeded => _keys.Length > 0;

    /// <summary>Whose key it is; null for nobody's. Takes the same time whatever the key.</summary>
    /// <param name="authorization">The header <c>Authorization</c>.</param>
    internal string? OwnerOf(string? authorization)
    {
        const string scheme = "Bearer ";
        var given = authorization is not null && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? authorization[scheme.Length..].Trim() : "";
        var digest = Digest(given);
        string? owner = null;
        foreach (var key in _keys)
            if (CryptographicOperations.FixedTimeEquals(digest, key.Digest)) owner = key.Owner;
        return owner;
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
