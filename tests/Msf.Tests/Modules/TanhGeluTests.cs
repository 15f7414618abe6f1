using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class TanhGeluTests
{
    [Theory]
    [InlineData(-40, 40)]
    [InlineData(-4, 4)]
    public void It_is_the_built_in_kernel_with_and_without_gradients(double least, double most)
    {
        using var scope = NewDisposeScope();
        var x = linspace(least, most, 10_001, dtype: ScalarType.Float32);
        var expected = nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh);
        TensorAssert.Close(expected, TanhGelu.Apply(x), 1e-6);
        x.requires_grad_(true);
        TensorAssert.Close(expected, TanhGelu.Apply(x).detach(), 0);
    }

    [Fact]
    public void It_is_its_definition_in_double_precision()
    {
        using var scope = NewDisposeScope();
        var values = Enumerable.Range(-60, 121).Select(i => i / 10.0).ToArray();
        var expected = values.Select(x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))));
        var actual = TanhGelu.Apply(tensor(values, ScalarType.Float32)).to(ScalarType.Float64);
        TensorAssert.Close(tensor(expected.ToArray()), actual, 1e-6);
    }

    [Fact]
    public void Large_values_neither_overflow_nor_vanish()
    {
        using var scope = NewDisposeScope();
        var y = TanhGelu.Apply(tensor(new[] { -1e15f, -1e4f, 0f, 1e4f, 1e15f }));
        Assert.Equal([0f, 0f, 0f, 1e4f, 1e15f], y.abs().data<float>().ToArray());
    }

    [Fact]
    public void Its_argument_is_left_as_it_was()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-3, 3, 64, dtype: ScalarType.Float32);
        var before = x.clone();
        TanhGelu.Apply(x);
        Assert.True(TensorAssert.Identical(before, x));
    }
}
