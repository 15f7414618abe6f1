using Msf.Data;

namespace Msf.Tests.Data;

public sealed class FilePatternTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FilePatternTests()
    {
        Directory.CreateDirectory(_folder["deep"]);
        foreach (var name in new[] { "a-000.tar", "a-001.tar", "a-010.tar", "b-000.tar", "b.txt", "deep/c.tar" }) File.WriteAllText(_folder[name], "");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a-*.tar", "a-000.tar", "a-001.tar", "a-010.tar")]
    [InlineData("a-00?.tar", "a-000.tar", "a-001.tar")]
    [InlineData("a-{000..001}.tar", "a-000.tar", "a-001.tar")]
    [InlineData("{b,a}-000.tar", "a-000.tar", "b-000.tar")]
    [InlineData("{a,b}-{000..000}.tar", "a-000.tar", "b-000.tar")]
    [InlineData("{a,b}-*.tar", "a-000.tar", "a-001.tar", "a-010.tar", "b-000.tar")]
    [InlineData("deep/?.tar", "deep/c.tar")]
    [InlineData("none-*.tar")]
    [InlineData("none/*.tar")]
    [InlineData("none-{0..3}.tar")]
    public void A_pattern_names_files_in_ordinal_order(string pattern, params string[] names)
    {
        Assert.True(FilePattern.IsPattern(pattern));
        Assert.Equal(names.Select(name => _folder[name]), FilePattern.Expand(pattern, _folder.Root));
    }

    [Theory]
    [InlineData("a-{000..010}.tar", "lists 11 files")]
    [InlineData("a-{3..1}.tar", "no range")]
    [InlineData("a-{x..z}.tar", "no range")]
    [InlineData("a-{-1..3}.tar", "no range")]
    [InlineData("a-{0..99999999}.tar", "more than")]
    [InlineData("a-{0..9999}{0..9999}.tar", "more than")]
    [InlineData("a-{0", "not closed")]
    [InlineData("*/c.tar", "wildcard in a folder")]
    public void A_pattern_that_makes_no_sense_says_why(string pattern, string why) =>
        Assert.Contains(why, Assert.ThrowsAny<Exception>(() => FilePattern.Expand(pattern, _folder.Root)).Message, StringComparison.Ordinal);
}
