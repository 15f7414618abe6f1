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
        TensorAssert.Close(expected, TanhGelu.Apply(x).detach(), 1e-6);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 2e-6)]
    [InlineData(ScalarType.BFloat16, 8e-3)]                                                   // a step of bfloat16 is 2^-8 of the number
    public void Its_gradient_is_that_of_the_definition_in_double_precision(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var x = linspace(-9, 9, 40_003, dtype: ScalarType.Float32).to_type(type);
        var weights = linspace(-1, 2, 40_003, dtype: ScalarType.Float32).to_type(type);
        var exact = x.to_type(ScalarType.Float64).requires_grad_(true);
        (nn.functional.gelu(exact, TorchSharp.Modules.GELU.Approximate.tanh) * weights.to_type(ScalarType.Float64)).sum().backward();
        x.requires_grad_(true);
        TanhGelu.Apply(x).mul(weights).sum().backward();
        Assert.Equal(type, x.grad!.dtype);
        TensorAssert.Close(exact.grad!, x.grad!.to_type(ScalarType.Float64), tolerance);
    }

    [Fact]
    public void In_bfloat16_it_is_the_exact_value_rounded_once()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-6, 6, 12_345, dtype: ScalarType.Float32).to_type(ScalarType.BFloat16);
        var expected = nn.functional.gelu(x.to_type(ScalarType.Float64), TorchSharp.Modules.GELU.Approximate.tanh).to_type(ScalarType.BFloat16);
        Assert.True(TanhGelu.Apply(x).eq(expected).to_type(ScalarType.Float32).mean().item<float>() > 0.999);
        TensorAssert.Close(expected.to_type(ScalarType.Float32), TanhGelu.Apply(x).to_type(ScalarType.Float32), 4e-3);
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
    public void Large_values_neither_overflow_nor_vanish_and_what_is_no_number_stays_that()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { -1e15f, -1e4f, 0f, 1e4f, 1e15f, float.NaN }).requires_grad_(true);
        var y = TanhGelu.Apply(x);
        Assert.Equal([0f, 0f, 0f, 1e4f, 1e15f, float.NaN], y.detach().abs().data<float>().ToArray());
        y.sum().backward();
        Assert.Equal([0f, 0f, 0.5f, 1f, 1f, float.NaN], x.grad!.data<float>().ToArray(), (a, b) => float.IsNaN(a) == float.IsNaN(b) && !(Math.Abs(a - b) > 1e-30));
    }

    [Fact]
    public void Its_argument_is_left_as_it_was_and_a_view_with_gaps_is_taken_too()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-3, 3, 64, dtype: ScalarType.Float32).view(8, 8);
        var before = x.clone();
        var turned = TanhGelu.Apply(x.t());
        Assert.True(TensorAssert.Identical(before, x));
        TensorAssert.Close(TanhGelu.Apply(x).t(), turned, 1e-6);
    }
}
