using System.Buffers;

namespace Msf.Runtime;

/// <summary>
/// Names beside a target that is being written: NAME.tmp-XXXXXXXX holds what is not there yet (or no longer), NAME.old-XXXXXXXX what
/// stepped aside for a moment. X is a random hexadecimal digit.
/// </summary>
internal static class TemporaryName
{
    internal const string Unfinished = ".tmp-";
    internal const string Displaced = ".old-";

    private const int Digits = 8;

    private static readonly SearchValues<char> _hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>A fresh name beside <paramref name="path"/>, on the same file system.</summary>
    internal static string For(string path, string kind = Unfinished) =>
        Path.TrimEndingDirectorySeparator(path) + kind + Guid.NewGuid().ToString("N")[..Digits];

    /// <summary>The target's name if <paramref name="name"/> is a temporary name of that kind, otherwise null.</summary>
    internal static string? TargetOf(string name, string kind)
    {
        var mark = name.Length - Digits - kind.Length;
        return mark > 0
            && name.AsSpan(mark, kind.Length).SequenceEqual(kind)
            && !name.AsSpan(mark + kind.Length).ContainsAnyExcept(_hexadecimal)
            ? name[..mark]
            : null;
    }
}
