using System.Text.RegularExpressions;

namespace Msf.Data;

/// <summary>Which images belong together, versions of one drawing or frames of one film, as their names tell.</summary>
public sealed class NameGroups
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private readonly Regex? _pattern;

    /// <summary>Groups by a pattern.</summary>
    /// <param name="pattern">A regular expression without backtracking: names that agree in the part that it matches (its first group, where it has one) belong together. Null groups nothing.</param>
    /// <exception cref="ArgumentException">It is none; <see cref="IsPattern"/> tells.</exception>
    public NameGroups(string? pattern) => _pattern = pattern is null ? null : new Regex(pattern, Options);

    /// <summary>Whether a text is a pattern.</summary>
    public static bool IsPattern(string text)
    {
        try
        {
            _ = new Regex(text, Options);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>The group of a name; the name itself where the pattern does not match.</summary>
    public string Of(string name) => _pattern?.Match(name) is { Success: true } match ? match.Groups.Count > 1 ? match.Groups[1].Value : match.Value : name;
}
