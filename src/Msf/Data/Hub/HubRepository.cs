using System.Text.RegularExpressions;

namespace Msf.Data;

/// <summary>A model repository of the Hugging Face hub, and which version of it is meant.</summary>
/// <param name="Name"><c>org/name</c>.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
public sealed partial record HubRepository(string Name, string Revision = HubRepository.DefaultRevision)
{
    /// <summary>The branch that is taken where none is named.</summary>
    public const string DefaultRevision = "main";

    /// <summary>Reads <c>org/name</c> or <c>org/name@revision</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Null where the text is none.</returns>
    public static HubRepository? TryParse(string text)
    {
        var (name, revision) = text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, DefaultRevision);
        return NamePattern().IsMatch(name) && revision.Split('/').All(ArchivePath.IsPlainName) ? new HubRepository(name, revision) : null;
    }

    /// <summary>Where it is and which version: <c>org/name@revision</c>.</summary>
    public override string ToString() => $"{Name}@{Revision}";

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$")]
    private static partial Regex NamePattern();
}
