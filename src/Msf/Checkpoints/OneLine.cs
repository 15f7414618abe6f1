using System.Text;

namespace Msf.Checkpoints;

/// <summary>Makes names out of files fit for a one-line message.</summary>
internal static class OneLine
{
    private const int MaxLength = 80;

    /// <summary>The name in quotes, shortened, with control characters and lone surrogates replaced by '?'.</summary>
    internal static string Quote(string name)
    {
        var text = new StringBuilder("\"");
        foreach (var rune in name.EnumerateRunes())
        {
            if (text.Length > MaxLength) return text.Append("...\"").ToString();
            var hidden = rune == Rune.ReplacementChar || Rune.IsControl(rune)
                || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.LineSeparator
                    or System.Globalization.UnicodeCategory.ParagraphSeparator;
            text.Append(hidden ? "?" : rune.ToString());
        }
        return text.Append('"').ToString();
    }
}
