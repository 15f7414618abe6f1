using System.Text.RegularExpressions;

namespace Msf.Cli.Tests.Documentation;

/// <summary>The code of the README is that of the samples, which are compiled.</summary>
public sealed partial class ReadmeSampleTests
{
    [Fact]
    public void The_code_of_the_README_is_the_first_sample()
    {
        var sample = File.ReadAllText(Path.Combine(Checkout.Root, "samples", "TenLines.cs")).ReplaceLineEndings("\n");
        var body = Region().Match(sample).Groups[1].Value;
        var usings = string.Concat(sample.Split('\n').Where(line => line.StartsWith("using ", StringComparison.Ordinal)).Select(line => $"{line}\n"));
        var expected = $"{usings}\n{string.Join('\n', body.Split('\n').Select(line => line.Length > 8 ? line[8..] : ""))}";
        var shown = Code().Match(File.ReadAllText(Path.Combine(Checkout.Root, "README.md")).ReplaceLineEndings("\n")).Groups[1].Value;
        Assert.Equal(expected.TrimEnd(), shown.TrimEnd());
    }

    [GeneratedRegex("// <sample>\n(.*?)\n *// </sample>", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
