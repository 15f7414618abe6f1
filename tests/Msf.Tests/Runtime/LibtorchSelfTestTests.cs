using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class LibtorchSelfTestTests
{
    private static readonly LibtorchReport _foreign = new("/opt/torch/lib", "2.9.1", "none needed", "/app/x.so", SelfTested: true, Cuda: false);

    [Fact]
    public void A_working_libtorch_has_no_fault()
    {
        Assert.Null(LibtorchSelfTest.FirstFault());
        LibtorchSelfTest.Run(_foreign);
    }

    [Fact]
    public void A_fault_names_both_versions_the_folder_and_the_way_out()
    {
        var error = Assert.Throws<LibtorchNotFoundException>(() => LibtorchSelfTest.Run(_foreign, () => "attention is wrong"));
        Assert.Contains("2.9.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("2.10", error.Message, StringComparison.Ordinal);
        Assert.Contains("/opt/torch/lib", error.Message, StringComparison.Ordinal);
        Assert.Contains("attention is wrong", error.What, StringComparison.Ordinal);
        Assert.Contains("MSF_LIBTORCH", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_fails_is_a_fault_told_in_one_line()
    {
        var error = Assert.Throws<LibtorchNotFoundException>(
            () => LibtorchSelfTest.Run(_foreign, () => throw new EntryPointNotFoundException("no THSTensor_add\nat somewhere")));
        Assert.Contains("no THSTensor_add", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
