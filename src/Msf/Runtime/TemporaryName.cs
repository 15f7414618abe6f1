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

    /// <summary>
    /// What the system refused, said of the target: a line about a temporary name, which nobody asked for and which is gone, would help nobody. Null where the line speaks of something else.
    /// </summary>
    /// <param name="refused">What the system said.</param>
    /// <param name="path">The target.</param>
    /// <param name="temporary">The name that stood for it.</param>
    internal static Exception? Explain(Exception refused, string path, string temporary)
    {
        if (!refused.Message.Contains(temporary, StringComparison.Ordinal)) return null;
        var told = refused.Message.Replace(temporary, path, StringComparison.Ordinal);
        return refused switch
        {
            UnauthorizedAccessException => new UnauthorizedAccessException(told, refused),
            FileNotFoundException or DirectoryNotFoundException => new IOException($"{path} cannot be written: the file system takes no new files there.", refused),
            IOException when told.IndexOf($"'{path}", StringComparison.Ordinal) is >= 0 and var start && told.IndexOf('\'', start + 1) is >= 0 and var end =>
                new IOException($"{told[(start + 1)..end]} cannot be written: {told.Remove(start, end + 1 - start).Trim(' ', ':', '.')}.", refused),
            IOException => new IOException(told, refused),
            _ => null,
        };
    }
}
