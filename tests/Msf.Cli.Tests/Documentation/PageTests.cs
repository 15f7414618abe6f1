using System.CommandLine;
using System.Text.RegularExpressions;

namespace Msf.Cli.Tests.Documentation;

/// <summary>What documentation promises: links lead somewhere, and command lines are such that the program takes them.</summary>
public sealed partial class PageTests
{
    private static readonly Lazy<HashSet<string>> _options = new(() => [.. OptionsOf(MsfCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null)))]);

    // The reference is what the records say, which another test holds it to.
    private static readonly Lazy<HashSet<string>> _members = new(() => [.. TableMember().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "configuration.md"))).Select(match => match.Groups[1].Value)]);

    public static TheoryData<string> Pages => new(Checkout.Pages);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string page)
    {
        var text = WithoutCode().Replace(File.ReadAllText(Path.Combine(Checkout.Root, page)), "");
        var folder = Path.GetDirectoryName(Path.Combine(Checkout.Root, page))!;
        foreach (var target in Link().Matches(text).Concat(Picture().Matches(text)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)))
        {
            var (file, anchor) = target.Split('#', 2) is [var path, var section] ? (path, section) : (target, null);
            var found = file.Length == 0 ? Path.Combine(Checkout.Root, page) : Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(file)));
            Assert.True(Path.Exists(found), $"{page} links to {target}, which is not there");
            if (anchor is not null && found.EndsWith(".md", StringComparison.Ordinal))
                Assert.True(Anchors(found).Contains(anchor), $"{page} links to {target}: there is no such heading");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Command_lines_are_understood(string page)
    {
        var root = MsfCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null));
        foreach (var line in CommandLines(File.ReadAllText(Path.Combine(Checkout.Root, page))))
        {
            var parsed = root.Parse(ShellWords.Of(line).ToArray());
            Assert.True(parsed.Errors.Count == 0, $"{page}: msf {line}: {string.Join("; ", parsed.Errors.Select(error => error.Message))}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Options_and_members_that_text_names_exist(string page)
    {
        var code = InlineCode().Matches(CodeBlock().Replace(File.ReadAllText(Path.Combine(Checkout.Root, page)), "")).Select(match => match.Groups[1].Value)
            .Where(text => !text.Contains("dotnet ", StringComparison.Ordinal)).ToList();                 // has options of its own
        var options = code.SelectMany(text => OptionName().Matches(text)).Select(match => match.Value).Except(_options.Value).ToList();
        Assert.True(options.Count == 0, $"{page} names {string.Join(", ", options)}, which no command has");
        var members = code.SelectMany(text => MemberPath().Matches(text)).SelectMany(match => match.Value.Split('.').Skip(1)).Where(name => !int.TryParse(name, out _)).Except(_members.Value).ToList();
        Assert.True(members.Count == 0, $"{page} names {string.Join(", ", members)}, which no configuration has");
    }

    private static IEnumerable<string> OptionsOf(Command command) => [.. command.Options.Select(option => option.Name), .. command.Subcommands.SelectMany(OptionsOf)];

    private static IEnumerable<string> CommandLines(string text) => CodeBlock().Matches(text)
        .SelectMany(block => block.Groups[1].Value.ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        .Select(line => Invocation().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    // As web sites make them of headings.
    private static HashSet<string> Anchors(string page) =>
        [.. Heading().Matches(WithoutCode().Replace(File.ReadAllText(page), "")).Select(match => NoAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex WithoutCode();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z0-9-]+")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"(?<![\w./-])(?:training|data|model|diffusion|sampling|loss|heldOut|distillation|autoencoder|classifier)(?:\.(?!json\b|safetensors\b)[a-z]\w*)+(?![\w/-])")]
    private static partial Regex MemberPath();

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableMember();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("<(?:img|a)[^>]*(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Picture();

    [GeneratedRegex(@"```(?:bash|sh)\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^(?:[A-Z_]+=\S+ )*(?:\./)?msf +([^|>&]*)")]
    private static partial Regex Invocation();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
