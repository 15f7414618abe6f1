using System.Text;

namespace Msf.Cli.Tests.Documentation;

/// <summary>Splits a line as a shell does, as far as documentation goes: quotes, and a comment at the end.</summary>
internal static class ShellWords
{
    internal static IReadOnlyList<string> Of(string line)
    {
        var (words, word, quote, open) = (new List<string>(), new StringBuilder(), '\0', false);
        foreach (var c in line)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"') (quote, open) = (c, true);
            else if (char.IsWhiteSpace(c)) End();
            else if (c == '#' && !open && word.Length == 0) break;
            else
            {
                word.Append(c);
                open = true;
            }
        }
        End();
        return words;

        void End()
        {
            if (open) words.Add(word.ToString());
            word.Clear();
            open = false;
        }
    }
}
