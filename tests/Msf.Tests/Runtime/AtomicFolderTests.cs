using Msf.Runtime;

namespace Msf.Tests.Runtime;

public class AtomicFolderTests
{
    private static Action<string> Content(string text) => folder => File.WriteAllText(Path.Combine(folder, "file"), text);

    private static string ContentOf(string folder) => File.ReadAllText(Path.Combine(folder, "file"));

    [Fact]
    public void A_folder_is_written_with_all_below_it_and_replaced_as_a_whole()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Write(folder["a"], into =>
        {
            Content("1")(into);
            Directory.CreateDirectory(Path.Combine(into, "b", "c"));
            File.WriteAllText(Path.Combine(into, "b", "c", "deep"), "2");
            Assert.False(Directory.Exists(folder["a"]), "the target appeared before it was complete");
        });
        Assert.Equal("2", File.ReadAllText(Path.Combine(folder["a"], "b", "c", "deep")));

        AtomicFolder.Write(folder["a"] + Path.DirectorySeparatorChar, Content("3"));
        Assert.Equal("3", ContentOf(folder["a"]));
        Assert.False(Directory.Exists(Path.Combine(folder["a"], "b")), "a file of the replaced folder survived");
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_failure_half_way_leaves_what_was_there_and_nothing_else(bool existed)
    {
        using var folder = new TemporaryFolder();
        if (existed) AtomicFolder.Write(folder["a"], Content("old"));
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.Write(folder["a"], into =>
        {
            Content("new")(into);
            throw new InvalidOperationException("crash");
        }));
        Assert.Equal(existed ? [folder["a"]] : [], Directory.GetFileSystemEntries(folder.Root));
        if (existed) Assert.Equal("old", ContentOf(folder["a"]));
    }

    [Fact]
    public void What_the_system_refuses_is_said_of_the_target()
    {
        using var folder = new TemporaryFolder();
        string Told<T>(Action<string> write) where T : Exception => Assert.Throws<T>(() => AtomicFolder.Write(folder["a"], write)).Message;

        Assert.Equal($"{folder["a"]}/file cannot be written: No space left on device.", Told<IOException>(into => throw new IOException($"No space left on device : '{into}/file'")));
        Assert.Equal($"{folder["a"]}/file could not be flushed.", Told<IOException>(into => throw new IOException($"{into}/file could not be flushed.")));
        Assert.Equal($"Access to the path '{folder["a"]}/file' is denied.", Told<UnauthorizedAccessException>(into => throw new UnauthorizedAccessException($"Access to the path '{into}/file' is denied.")));
        Assert.Equal($"{folder["a"]} cannot be written: the file system takes no new files there.", Told<IOException>(into => File.WriteAllText($"{into}/none/file", "")));
        Assert.Equal("something else", Told<IOException>(_ => throw new IOException("something else")));
    }

    [Fact]
    public async Task Readers_never_see_the_target_absent_while_it_is_replaced()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Write(folder["one"], Content("0"));
        AtomicFolder.Write(folder["other"], Content("0"));
        Assert.SkipUnless(
            FolderSwap.TryExchange(folder["one"], folder["other"]), "this file system cannot exchange two folders in one step");
        using var stop = new CancellationTokenSource();
        using var reading = new ManualResetEventSlim();
        var reader = Task.Factory.StartNew(                                                   // a thread of its own: the pool may have none to spare
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    reading.Set();
                    Assert.True(Directory.Exists(folder["one"]), "the target was absent");
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        reading.Wait(TestContext.Current.CancellationToken);
        for (var i = 0; i < 200; i++) AtomicFolder.Write(folder["one"], Content("1"));
        await stop.CancelAsync();
        await reader;
    }

    [Fact]
    public void Replacing_in_two_steps_gives_the_same_result()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Write(folder["a"], Content("old"));
        AtomicFolder.Write(folder["b"], Content("new"));
        var displaced = FolderSwap.ReplaceInTwoSteps(folder["b"], folder["a"]);
        Assert.Equal("new", ContentOf(folder["a"]));
        Assert.Equal("old", ContentOf(displaced));
        AtomicFolder.Sweep(folder.Root);
        Assert.Equal([folder["a"]], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Leftovers_of_a_crash_are_swept_and_a_target_caught_aside_is_restored()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a.tmp-0123abcd", "kept.old-0123abcd", "a.tmp-nothex!!", "tmp-0123abcd", "b" })
            Directory.CreateDirectory(folder[name]);
        Content("displaced")(folder["kept.old-0123abcd"]);
        AtomicFolder.Sweep(folder.Root);
        Assert.Equal(["a.tmp-nothex!!", "b", "kept", "tmp-0123abcd"],
            Directory.GetDirectories(folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("displaced", ContentOf(folder["kept"]));
        AtomicFolder.Sweep(folder["absent"]);
    }

    [Fact]
    public void Writing_sweeps_leftovers_of_its_own_target_only()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a.tmp-0123abcd"]);
        Directory.CreateDirectory(folder["b.tmp-0123abcd"]);
        AtomicFolder.Write(folder["a"], Content("1"));
        Assert.Equal(["a", "b.tmp-0123abcd"], Directory.GetDirectories(folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Deleting_removes_the_whole_folder_and_accepts_an_absent_one()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Write(folder["a"], Content("1"));
        AtomicFolder.Delete(folder["a"]);
        AtomicFolder.Delete(folder["a"]);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_missing_parent_and_a_file_in_the_way_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFolder.Write(Path.Combine(folder["absent"], "a"), Content("1")));
        File.WriteAllText(folder["a"], "kept");
        Assert.Throws<IOException>(() => AtomicFolder.Write(folder["a"], Content("1")));
        Assert.Equal("kept", File.ReadAllText(folder["a"]));
    }
}
