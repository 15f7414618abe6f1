using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class MachineNameTests
{
    [Theory]
    [InlineData("32768K", 32L << 20)]
    [InlineData("96M\n", 96L << 20)]
    [InlineData("32768", null)]
    [InlineData("K", null)]
    [InlineData("-1K", null)]
    [InlineData(null, null)]
    public void Sizes_are_read_as_Linux_writes_them(string? text, long? bytes) => Assert.Equal(bytes, MachineName.ParseSize(text));

    [Fact]
    public void This_machine_has_a_name_and_a_cache()
    {
        Assert.EndsWith($"{Environment.ProcessorCount} cores", MachineName.Of(CPU), StringComparison.Ordinal);
        Assert.True(MachineName.CacheBytes >= 1 << 16);
    }
}
