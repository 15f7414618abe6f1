using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class NativeSearchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_folder_that_has_the_library_wins()
    {
        string[] folders = [.. new[] { "empty", "first", "second" }.Select(name => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName)];
        foreach (var folder in folders[1..]) File.WriteAllText(Path.Combine(folder, NativeSearch.FileName("c10")), "");
        Assert.Equal(Path.Combine(folders[1], NativeSearch.FileName("c10")), NativeSearch.Find("c10", folders));
    }

    [Fact]
    public void A_library_that_is_nowhere_is_null() => Assert.Null(NativeSearch.Find("c10", [_folder, Path.Combine(_folder, "absent")]));

    [Fact]
    public void The_application_s_folder_is_searched_and_no_folder_twice()
    {
        var folders = NativeSearch.Folders().ToArray();
        Assert.Contains(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), folders);
        Assert.Equal(folders.Length, folders.Distinct().Count());
    }
}
