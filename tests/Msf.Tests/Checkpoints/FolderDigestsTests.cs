using Msf.Checkpoints;

namespace Msf.Tests.Checkpoints;

public class FolderDigestsTests
{
    [Fact]
    public void An_untouched_folder_verifies_and_further_files_do_not_matter()
    {
        using var folder = Written();
        Assert.Empty(FolderDigests.FindProblems(folder.Root));
        File.WriteAllText(folder["notes.txt"], "added later");
        FolderDigests.Verify(folder.Root);
    }

    [Fact]
    public void Writing_twice_gives_the_same_list()
    {
        using var folder = Written();
        var first = File.ReadAllText(folder[FolderDigests.FileName]);
        FolderDigests.Write(folder.Root);
        Assert.Equal(first, File.ReadAllText(folder[FolderDigests.FileName]));
    }

    [Fact]
    public void Every_flipped_bit_of_every_file_the_list_included_is_found()
    {
        using var folder = Written();
        foreach (var path in Directory.GetFiles(folder.Root, "*", SearchOption.AllDirectories))
        {
            var good = File.ReadAllBytes(path);
            for (var bit = 0; bit < good.Length * 8; bit++)
            {
                var flipped = good.ToArray();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(path, flipped);
                Assert.True(FolderDigests.FindProblems(folder.Root).Count > 0, $"bit {bit} of {path} was flipped unnoticed");
            }
            File.WriteAllBytes(path, good);
        }
        Assert.Empty(FolderDigests.FindProblems(folder.Root));
    }

    [Theory]
    [InlineData("""{"formatVersion": 1, "files": {"a\nb": {"length": 1, "sha256": ""}}}""", "a?b is missing")]
    [InlineData("""{"formatVersion": 1, "files": {"\ud800": {"length": 1, "sha256": ""}}}""", "is not a list of digests")]
    public void A_problem_is_one_line(string list, string problem)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[FolderDigests.FileName], list);
        Assert.Contains(problem, Assert.Single(FolderDigests.FindProblems(folder.Root)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_every_file_is_found()
    {
        using var folder = Written();
        foreach (var path in Directory.GetFiles(folder.Root, "*", SearchOption.AllDirectories))
        {
            var good = File.ReadAllBytes(path);
            for (var length = 0; length < good.Length; length++)
            {
                File.WriteAllBytes(path, good[..length]);
                Assert.True(FolderDigests.FindProblems(folder.Root).Count > 0, $"{path} cut to {length} bytes passed");
            }
            File.WriteAllBytes(path, good);
        }
    }

    [Fact]
    public void Problems_name_the_files_and_what_is_wrong()
    {
        using var folder = Written();
        File.Delete(folder["a.bin"]);
        File.AppendAllText(Path.Combine(folder["below"], "b.txt"), "x");
        Assert.Equal(["a.bin is missing", "below/b.txt has 6 bytes, 5 were written"], FolderDigests.FindProblems(folder.Root));
        var error = Assert.Throws<InvalidDataException>(() => FolderDigests.Verify(folder.Root));
        Assert.Contains("a.bin is missing; below/b.txt has 6 bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("", "not a list of digests")]
    [InlineData("null", "is null")]
    [InlineData("""{"formatVersion":2,"files":{}}""", "format version 2")]
    [InlineData("""{"files":{}}""", "not a list of digests")]
    [InlineData("""{"formatVersion":1,"files":null}""", "not a list of digests")]
    [InlineData("""{"formatVersion":1,"files":{"a":null}}""", "no digest for \"a\"")]
    [InlineData("""{"formatVersion":1,"files":{"a":{"length":1,"sha256":null}}}""", "not a list of digests")]
    [InlineData("""{"formatVersion":1,"files":{"a":{"length":1}}}""", "not a list of digests")]
    [InlineData("""{"formatVersion":1,"files":{},"files":{}}""", "not a list of digests")]
    [InlineData("""{"formatVersion":1,"files":{},"more":1}""", "not a list of digests")]
    [InlineData("""{"formatVersion":1,"files":{"../a":{"length":1,"sha256":"00"}}}""", "not a file of this folder")]
    [InlineData("""{"formatVersion":1,"files":{"/etc/passwd":{"length":1,"sha256":"00"}}}""", "not a file of this folder")]
    public void A_broken_list_is_one_problem(string? content, string expected)
    {
        using var folder = new TemporaryFolder();
        if (content is not null) File.WriteAllText(folder[FolderDigests.FileName], content);
        var problem = Assert.Single(FolderDigests.FindProblems(folder.Root));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    private static TemporaryFolder Written()
    {
        var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.bin"], [1, 2, 3]);
        Directory.CreateDirectory(folder["below"]);
        File.WriteAllText(Path.Combine(folder["below"], "b.txt"), "hello");
        FolderDigests.Write(folder.Root);
        return folder;
    }
}
