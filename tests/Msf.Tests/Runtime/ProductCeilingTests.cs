using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class ProductCeilingTests
{
    [Fact]
    public void Rates_are_positive_and_below_what_a_processor_can_do()
    {
        var ceiling = ProductCeiling.Measure(CPU, secondsPerProduct: 0.001);
        Assert.InRange(ceiling.Fp32, 1e6, 1e15);
        Assert.InRange(ceiling.Bf16, 1e6, 1e15);
        Assert.Equal(ceiling.Fp32, ceiling.At(ComputePrecision.Float32));
        Assert.Equal(ceiling.Bf16, ceiling.At(ComputePrecision.BFloat16));
    }

    [Fact]
    public void A_multiply_add_counts_as_two_operations() => Assert.Equal(2.0 * 2 * 3 * 5, new ProductSize(2, 3, 5).Operations);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(61)]
    public void A_senseless_duration_is_refused(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ProductCeiling.Measure(CPU, seconds));
}
