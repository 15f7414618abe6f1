using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class PrecisionSelectorTests
{
    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void A_stated_precision_is_kept(ComputePrecision stated) => Assert.Equal(stated, PrecisionSelector.Resolve(stated, CPU));

    [Fact]
    public void Auto_chooses_once_and_stays_with_it()
    {
        var first = PrecisionSelector.Resolve(ComputePrecision.Auto, CPU);
        Assert.NotEqual(ComputePrecision.Auto, first);
        Assert.Equal(first, PrecisionSelector.Resolve(ComputePrecision.Auto, CPU));
    }

    [Fact]
    public void Measuring_leaves_the_number_of_threads_as_it_was()
    {
        var before = get_num_threads();
        PrecisionSelector.Measure(CPU);
        Assert.Equal(before, get_num_threads());
    }

    [Theory]
    [InlineData(1.0, 0.25, ComputePrecision.BFloat16)]
    [InlineData(1.0, 1.0, ComputePrecision.Float32)]  // equally fast: the accurate one
    [InlineData(1.0, 0.9, ComputePrecision.Float32)]  // not worth it
    [InlineData(1.0, 8.0, ComputePrecision.Float32)]
    public void The_clearly_faster_format_is_chosen(double full, double half, ComputePrecision expected) =>
        Assert.Equal(expected, PrecisionSelector.Choose(full, half));

    [Fact]
    public void An_unknown_precision_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PrecisionSelector.Resolve((ComputePrecision)9, CPU));

    [Fact]
    public void Tensor_types_follow_the_precision()
    {
        Assert.Equal(ScalarType.Float32, ComputePrecision.Float32.ToScalarType());
        Assert.Equal(ScalarType.BFloat16, ComputePrecision.BFloat16.ToScalarType());
        Assert.Throws<ArgumentOutOfRangeException>(() => ComputePrecision.Auto.ToScalarType());
    }
}
