namespace Msf.Runtime;

/// <summary>Makes names out of files fit to be shown: no line of theirs begins where nobody expects one.</summary>
internal static class PrintableText
{
    /// <summary>The text with '?' in place of control characters and of what separates lines and paragraphs.</summary>
    internal static string Of(string text) => text.Any(IsHidden) ? string.Concat(text.Select(character => IsHidden(character) ? '?' : character)) : text;

    /// <summary>Whether a character is one of those.</summary>
    internal static bool IsHidden(char character) => char.IsControl(character) || character is '\u2028' or '\u2029';
}
