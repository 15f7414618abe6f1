using System.Runtime.InteropServices;
using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class CpuAllocatorTests
{
    [Fact]
    public void The_settings_are_in_force_on_glibc_and_nowhere_else()
    {
        Libtorch.Initialize();
        Assert.SkipWhen(Environment.GetEnvironmentVariable(CpuAllocator.Variable) == "default", "switched off by the environment");
        var isGlibc = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, "gnu_get_libc_version", out _);
        Assert.Equal(isGlibc, CpuAllocator.Applied);
    }
}
