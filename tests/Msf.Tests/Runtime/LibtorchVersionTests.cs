using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class LibtorchVersionTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("msf-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_number_s_highest_bytes_are_major_minor_and_patch() =>
        Assert.Equal("2.10.1", LibtorchVersion.FromNumber(0x020A_0100_0000_0000));

    [Fact]
    public void PyTorch_s_version_file_is_read() =>
        Assert.Equal("2.7.1+cu128", LibtorchVersion.FromFile(Write("from typing import Optional\n__version__ = '2.7.1+cu128'\n"), LibtorchVersion.PythonVersion()));

    [Fact]
    public void The_archive_s_version_file_is_read() =>
        Assert.Equal("2.8.0+cpu", LibtorchVersion.FromFile(Write("2.8.0+cpu\n"), LibtorchVersion.BareVersion()));

    [Fact]
    public void A_file_that_states_no_version_gives_none() =>
        Assert.Null(LibtorchVersion.FromFile(Write("nothing"), LibtorchVersion.PythonVersion()));

    [Fact]
    public void An_absent_file_gives_none() =>
        Assert.Null(LibtorchVersion.FromFile(Path.Combine(_root, "absent"), LibtorchVersion.BareVersion()));

    private string Write(string text)
    {
        var path = Path.Combine(_root, "version");
        File.WriteAllText(path, text);
        return path;
    }
}
