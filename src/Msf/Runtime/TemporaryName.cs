using System.Buffers;

namespace Msf.Runtime;

/// <summary>Names of what is being written and not yet there: NAME.tmp- and eight random hexadecimal digits.</summary>
internal static class TemporaryName
{
    private const string Mark = ".tmp-";
    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789abcdef");

    /// <summary>A fresh name beside <paramref name="path"/>, on the same file system.</summary>
    internal static string For(string path) => Path.TrimEndingDirectorySeparator(path) + Mark + Guid.NewGuid().ToString("N")[..8];

    /// <summary>Whether a file or folder name is one of ours.</summary>
    internal static bool Matches(string name)
    {
        var mark = name.LastIndexOf(Mark, StringComparison.Ordinal);
        return mark > 0 && name.Length == mark + Mark.Length + 8 && name.AsSpan(mark + Mark.Length).IndexOfAnyExcept(_digits) < 0;
    }
}
