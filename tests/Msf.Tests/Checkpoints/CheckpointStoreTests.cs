using System.Runtime.Versioning;
using Msf.Checkpoints;

namespace Msf.Tests.Checkpoints;

public class CheckpointStoreTests
{
    [Fact]
    public void A_saved_checkpoint_is_found_with_its_content_under_the_number_of_images()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder["checkpoints"], 3);
        Assert.Null(store.FindNewest());
        var saved = store.Save(512, Content("512"));
        Assert.Equal(Path.Combine(folder["checkpoints"], "512"), saved.Folder);
        store.Save(1024, Content("1024"));
        Assert.Equal(1024, store.FindNewest()!.Images);
        Assert.Equal("1024", File.ReadAllText(Path.Combine(store.FindNewest()!.Folder, "weights")));
    }

    [Fact]
    public void Retention_keeps_the_newest_by_number_and_not_by_name()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 2);
        foreach (var images in new long[] { 8, 9, 10, 100 }) store.Save(images, Content("x"));
        Assert.Equal([100, 10], store.List().Select(checkpoint => checkpoint.Images));
    }

    [Theory]
    [InlineData(2, 0, new long[] { 90, 100 })]
    [InlineData(2, 30, new long[] { 30, 60, 90, 100 })]
    [InlineData(1, 25, new long[] { 30, 50, 80, 100 })]                                      // 25 and 75 fall between two
    [InlineData(1, 10, new long[] { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 })]
    [InlineData(1, 1000, new long[] { 100 })]
    public void The_first_at_or_after_every_so_many_images_stays_for_good(int last, long every, long[] expected)
    {
        using var folder = new TemporaryFolder();
        for (var images = 10; images <= 100; images += 10) new CheckpointStore(folder.Root, last, every).Save(images, Content("x"));
        Assert.Equal(expected, new CheckpointStore(folder.Root, 1).List().Select(checkpoint => checkpoint.Images).Order());
    }

    [Fact]
    public void A_look_at_the_content_can_turn_a_checkpoint_down()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 3);
        foreach (var images in new long[] { 1, 2 }) store.Save(images, Content("x"));
        var skipped = new List<string>();
        Assert.Equal(1, store.FindNewest(skipped.Add, checkpoint => checkpoint.Images == 2 ? ["odd"] : [])!.Images);
        Assert.Contains("odd", Assert.Single(skipped));
    }

    [Fact]
    public void The_checkpoint_just_saved_stays_even_if_a_later_one_of_an_abandoned_run_is_there()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 1);
        store.Save(200, Content("x"));
        store.Save(100, Content("x"));
        store.Save(150, Content("x"));
        Assert.Equal([200, 150], store.List().Select(checkpoint => checkpoint.Images));
    }

    [Fact]
    public void Saving_the_same_number_again_replaces()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 2);
        store.Save(5, Content("first"));
        store.Save(5, Content("second"));
        Assert.Equal("second", File.ReadAllText(Path.Combine(store.FindNewest()!.Folder, "weights")));
    }

    [Fact]
    public void A_crash_while_writing_leaves_the_earlier_checkpoints_and_no_trace()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 1);
        store.Save(1, Content("1"));
        Assert.Throws<InvalidOperationException>(() => store.Save(2, into =>
        {
            Content("2")(into);
            throw new InvalidOperationException("crash");
        }));
        Assert.Equal([Path.Combine(folder.Root, "1")], Directory.GetFileSystemEntries(folder.Root));
        Assert.Equal(1, store.FindNewest()!.Images);
    }

    [Fact]
    public void What_a_killed_writer_left_is_ignored_and_swept_by_the_next_save()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 2);
        store.Save(1, Content("1"));
        Directory.CreateDirectory(folder["2.tmp-01234567"]);
        Content("half")(folder["2.tmp-01234567"]);
        Assert.Equal(1, store.FindNewest()!.Images);
        Assert.True(Directory.Exists(folder["2.tmp-01234567"]), "looking must change nothing");
        store.Save(3, Content("3"));
        Assert.Equal([3, 1], store.List().Select(checkpoint => checkpoint.Images));
        Assert.False(Directory.Exists(folder["2.tmp-01234567"]), "the leftover was not swept");
    }

    [Theory]
    [InlineData("weights", true)]
    [InlineData("weights", false)]
    [InlineData("optimizer", true)]
    [InlineData("optimizer", false)]
    [InlineData("digests.json", true)]
    [InlineData("digests.json", false)]
    public void A_damaged_checkpoint_is_skipped_by_name_for_the_one_before(string file, bool cut)
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 3);
        foreach (var images in new long[] { 1, 2 }) store.Save(images, Content("some weights"));
        var path = Path.Combine(folder["2"], file);
        var bytes = File.ReadAllBytes(path);
        if (!cut) bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(path, cut ? bytes[..^1] : bytes);
        var skipped = new List<string>();
        Assert.Equal(1, store.FindNewest(skipped.Add)!.Images);
        var line = Assert.Single(skipped);
        Assert.StartsWith(folder["2"], line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void Nothing_is_found_where_every_checkpoint_is_damaged()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Root, 3);
        foreach (var images in new long[] { 1, 2 }) File.Delete(Path.Combine(store.Save(images, Content("x")).Folder, "weights"));
        var skipped = new List<string>();
        Assert.Null(store.FindNewest(skipped.Add));
        Assert.Equal(2, skipped.Count);
    }

    [Fact]
    public void Folders_of_other_names_are_none_of_our_checkpoints()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "007", "-1", "1e3", "last", "99999999999999999999" }) Directory.CreateDirectory(folder[name]);
        Assert.Empty(new CheckpointStore(folder.Root, 1).List());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_read_only_folder_can_be_read_and_refuses_a_save_without_a_trace()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix permissions");
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder["c"], 2);
        store.Save(1, Content("1"));
        File.SetUnixFileMode(folder["c"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Equal(1, store.FindNewest()!.Images);
            Assert.SkipWhen(Environment.IsPrivilegedProcess, "the superuser may write to read-only folders");
            Assert.Throws<UnauthorizedAccessException>(() => store.Save(2, Content("2")));
            Assert.Equal([Path.Combine(folder["c"], "1")], Directory.GetFileSystemEntries(folder["c"]));
        }
        finally
        {
            File.SetUnixFileMode(folder["c"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void Arguments_out_of_range_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointStore(folder.Root, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointStore(folder.Root, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointStore(folder.Root, 1).Save(-1, Content("x")));
    }

    private static Action<string> Content(string weights) => folder =>
    {
        File.WriteAllText(Path.Combine(folder, "weights"), weights);
        File.WriteAllText(Path.Combine(folder, "optimizer"), "moments");
    };
}
