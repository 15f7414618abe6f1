using System.Runtime.InteropServices;
using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class ElfStubTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_loaded_stub_answers_a_search_for_its_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "made for linux-x64");
        const string Name = "msf_stub_of_this_test.so";
        Assert.False(NativeLibrary.TryLoad(Name, out _));
        var path = Path.Combine(_folder, "other-name");
        File.WriteAllBytes(path, ElfStub.Build(Name));
        ElfFile.RequireWhole(path);
        var stub = NativeLibrary.Load(path);
        Assert.True(NativeLibrary.TryLoad(Name, out var found));
        Assert.Equal(stub, found);
        Assert.False(NativeLibrary.TryGetExport(stub, "anything", out _));
    }

    [Fact]
    public void A_library_that_was_cut_short_is_refused_before_it_is_loaded()
    {
        var path = Path.Combine(_folder, "stub.so");
        var whole = ElfStub.Build("stub.so");
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Contains("cut short", Assert.Throws<InvalidDataException>(() => ElfFile.RequireWhole(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        var path = Path.Combine(_folder, "text");
        File.WriteAllText(path, new string('x', 100));
        Assert.Contains("not a 64-bit ELF", Assert.Throws<InvalidDataException>(() => ElfFile.RequireWhole(path)).Message, StringComparison.Ordinal);
    }
}
