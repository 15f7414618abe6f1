using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class NativeCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("msf-test-").FullName;

    private static readonly byte[] _content = [1, 2, 3];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_stored_is_found_again_under_the_same_path()
    {
        var path = NativeCache.Store("lib.so", _content, _root);
        Assert.Equal(_content, File.ReadAllBytes(path));
        Assert.Equal(path, NativeCache.Store("lib.so", _content, _root));
        Assert.Equal([path], Directory.GetFiles(_root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Other_content_gets_another_path() =>
        Assert.NotEqual(NativeCache.Store("lib.so", _content, _root), NativeCache.Store("lib.so", [1, 2], _root));

    [Fact]
    public void A_damaged_file_is_replaced()
    {
        var path = NativeCache.Store("lib.so", _content, _root);
        File.WriteAllBytes(path, [9]);
        NativeCache.Store("lib.so", _content, _root);
        Assert.Equal(_content, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task Many_writers_at_once_leave_one_whole_file()
    {
        var content = new byte[1 << 20];
        content.AsSpan().Fill(7);
        var paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => NativeCache.Store("lib.so", content, _root))));
        Assert.Single(paths.Distinct());
        Assert.Equal(content, await File.ReadAllBytesAsync(paths[0], TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(_root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_replaced_by_a_temporary_file_that_does_not_stay()
    {
        var notAFolder = Path.Combine(_root, "file");
        File.WriteAllText(notAFolder, "in the way");
        byte[]? seen = null;
        var (handle, path) = NativeCache.Load("lib.so", _content, p => { seen = File.ReadAllBytes(p); return 42; }, notAFolder);
        Assert.Equal(42, handle);
        Assert.Equal(_content, seen);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_cache_on_which_libraries_may_not_be_executed_is_passed_over()
    {
        var (_, path) = NativeCache.Load(
            "lib.so", _content, p => p.StartsWith(_root, StringComparison.Ordinal) ? throw new DllNotFoundException("noexec") : 1, _root);
        Assert.DoesNotContain(_root, path, StringComparison.Ordinal);
    }
}
