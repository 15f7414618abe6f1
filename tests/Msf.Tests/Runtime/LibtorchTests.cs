using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class LibtorchTests
{
    [Fact]
    public void A_tensor_can_be_made_and_summed()
    {
        using var sum = ones(2, 2).sum();
        Assert.Equal(4f, sum.item<float>());
    }

    [Fact]
    public void The_report_names_an_existing_folder_and_version_2_10()
    {
        var report = Libtorch.Report;
        Assert.True(Directory.Exists(report.Path), report.Path);
        Assert.StartsWith("2.10.", report.Version, StringComparison.Ordinal);
        Assert.False(report.SelfTested);
    }
}
