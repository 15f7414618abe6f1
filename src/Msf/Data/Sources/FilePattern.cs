using System.Globalization;
using System.IO.Enumeration;

namespace Msf.Data;

/// <summary>
/// Names of many files in one: <c>*</c> and <c>?</c> in the last part of a path take what is there; <c>{000..012}</c> and <c>{a,b}</c> anywhere
/// list names that must all be there (WebDataset's notation).
/// </summary>
internal static class FilePattern
{
    private const int MostNames = 100_000;

    /// <summary>Whether a name is a pattern.</summary>
    public static bool IsPattern(string name) => name.AsSpan().ContainsAny('*', '?', '{');

    /// <summary>The files that a pattern names, each once, in ordinal order.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="folder">What relative names are below.</param>
    /// <returns>Paths; none where wildcards match nothing.</returns>
    /// <exception cref="ArgumentException">A brace is not closed, or lists no names or too many.</exception>
    /// <exception cref="FileNotFoundException">A listed file is missing while others are there.</exception>
    public static string[] Expand(string pattern, string folder)
    {
        var names = Braces(pattern).Select(name => Path.Combine(folder, name)).ToArray();
        var found = names.SelectMany(Match).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (found.Length > 0 && names.FirstOrDefault(name => !HasWildcard(name) && !File.Exists(name)) is { } missing)
            throw new FileNotFoundException($"{pattern} lists {names.Length} files, and {missing} is missing. Fetch it, or list fewer.", missing);
        return found;
    }

    private static string[] Match(string name)
    {
        if (!HasWildcard(name)) return File.Exists(name) ? [name] : [];
        var (folder, last) = (Path.GetDirectoryName(name)!, Path.GetFileName(name));
        if (HasWildcard(folder)) throw new ArgumentException($"{name} has a wildcard in a folder's name: only the file's name may have * and ?.");
        return !Directory.Exists(folder)
            ? []
            : [.. Directory.EnumerateFiles(folder).Where(file => FileSystemName.MatchesSimpleExpression(last, Path.GetFileName(file), ignoreCase: false))];
    }

    private static bool HasWildcard(string? name) => name.AsSpan().ContainsAny('*', '?');

    private static List<string> Braces(string pattern)
    {
        var open = pattern.IndexOf('{');
        if (open < 0) return [pattern];
        var close = pattern.IndexOf('}', open);
        if (close < 0) throw new ArgumentException($"{pattern} has a brace that is not closed; expected {{000..012}} or {{a,b}}.");
        var rests = Braces(pattern[(close + 1)..]);
        var names = Choices(pattern, pattern[(open + 1)..close]);
        if ((long)names.Count * rests.Count > MostNames) throw TooMany(pattern);
        return [.. names.SelectMany(choice => rests.Select(rest => pattern[..open] + choice + rest))];
    }

    private static List<string> Choices(string pattern, string inner)
    {
        if (inner.Split("..") is not [var first, var last]) return [.. inner.Split(',')];
        if (!IsNumber(first, out var from) || !IsNumber(last, out var to) || from > to)
            throw new ArgumentException($"{pattern}: {{{inner}}} is no range; expected two numbers, the lower first, for example {{000..012}}.");
        if (to - from >= MostNames) throw TooMany(pattern);
        var format = new string('0', first.Length);                                           // as many digits as the first is written with
        return [.. Enumerable.Range(from, to - from + 1).Select(number => number.ToString(format, CultureInfo.InvariantCulture))];
    }

    private static bool IsNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static ArgumentException TooMany(string pattern) => new($"{pattern} lists more than {MostNames} files.");
}
