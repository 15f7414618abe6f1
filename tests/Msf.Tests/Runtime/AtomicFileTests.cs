using Msf.Runtime;

namespace Msf.Tests.Runtime;

public class AtomicFileTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_written_and_replaced(bool durable)
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], stream => stream.Write("first, longer"u8), durable);
        AtomicFile.Write(folder["a"], stream => stream.Write("second"u8), durable);
        Assert.Equal("second", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_failure_half_way_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new InvalidOperationException("crash");
        }));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void What_the_file_system_refuses_is_told_of_the_target_and_not_of_the_temporary_file()
    {
        Assert.SkipUnless(Directory.Exists("/proc"), "needs a file system that takes no new files");
        var refused = Assert.Throws<IOException>(() => AtomicFile.Write("/proc/msf-file", stream => stream.WriteByte(0)));
        Assert.Equal("/proc/msf-file cannot be written: the file system takes no new files there.", refused.Message);
    }

    [Fact]
    public void The_target_does_not_change_before_the_writer_is_done()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "old");
        AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(folder["a"]));
        });
        Assert.Equal("new", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder["absent"], "a");
        var error = Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(path, _ => { }));
        Assert.Contains(folder["absent"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_the_way_is_refused_and_kept()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a"]);
        File.WriteAllText(Path.Combine(folder["a"], "inside"), "kept");
        Assert.ThrowsAny<SystemException>(() => AtomicFile.Write(folder["a"], stream => stream.WriteByte(1)));
        Assert.Equal("kept", File.ReadAllText(Path.Combine(folder["a"], "inside")));
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void What_killed_writers_left_is_swept_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a", "a.tmp-01234567", "b.tmp-89abcdef", "c.tmp-0123", "d.tmp-0123456g", "e.old-01234567" })
            File.WriteAllText(folder[name], "x");
        Directory.CreateDirectory(folder["f.tmp-01234567"]);
        AtomicFile.Sweep(folder.Root);
        Assert.Equal(["a", "c.tmp-0123", "d.tmp-0123456g", "e.old-01234567", "f.tmp-01234567"], Directory.GetFileSystemEntries(folder.Root).Select(Path.GetFileName).Order());
        AtomicFile.Sweep(folder["absent"]);
    }
}
