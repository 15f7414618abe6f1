using System.Text;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>Decides whether a name that came from elsewhere may become a file's name here.</summary>
internal static class ArchivePath
{
    // What file systems take, in bytes.
    private const int LongestName = 255;
    private const int LongestPath = 1024;

    /// <summary>Whether a name is one file's name, without folders and without a meaning of its own.</summary>
    public static bool IsPlainName(string name) =>
        name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= LongestName && name is not ("." or "..") && !name.Any(letter => letter is '/' or '\\' or ':' || PrintableText.IsHidden(letter));

    /// <summary>Where a member of an archive belongs below a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="member">The member's path as the archive gives it, with slashes.</param>
    /// <exception cref="InvalidDataException">It would lie elsewhere, or is no usable name.</exception>
    public static string Below(string folder, string member)
    {
        var parts = member.Split('/').Where(part => part is not ("" or ".")).ToArray();
        if (member.StartsWith('/') || parts.Length == 0 || Encoding.UTF8.GetByteCount(member) > LongestPath || !parts.All(IsPlainName))
            throw new InvalidDataException($"it has a member {JsonFault.OneLine(member)}, whose place is not below the archive's folder; nothing of it was kept");
        return Path.Combine([folder, .. parts]);
    }
}
