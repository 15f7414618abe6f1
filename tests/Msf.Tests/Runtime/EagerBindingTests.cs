using System.Runtime.InteropServices;
using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class EagerBindingTests
{
    [Fact]
    public void The_handle_is_one_that_the_runtime_understands()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "loads with the dynamic loader of Linux");
        var path = NativeSearch.Find("c10", NativeSearch.Folders())!;
        Assert.Equal(NativeLibrary.Load(path), EagerBinding.Load(path));
    }

    [Fact]
    public void A_library_that_does_not_load_gives_the_loader_s_own_words()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "loads with the dynamic loader of Linux");
        Assert.Contains("/absent/lib.so", Assert.Throws<DllNotFoundException>(() => EagerBinding.Load("/absent/lib.so")).Message, StringComparison.Ordinal);
    }
}
