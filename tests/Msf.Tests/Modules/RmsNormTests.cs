using Msf.Modules;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class RmsNormTests
{
    private static Tensor Normal(int stage, params long[] shape) => SeededNoise.Normal(8, stage, [0], shape, CPU)[0];

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.BFloat16, 0.015)]
    public void It_is_its_definition(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var norm = new RmsNorm(16);
        norm.state_dict()["weight"].copy_(Normal(1, 16));
        norm.to(type);
        var x = (Normal(0, 2, 5, 16) * 3 + 2).to(type);
        var exact = x.to(ScalarType.Float64);
        var expected = exact / (exact.square().mean([-1], keepdim: true) + 1e-6).sqrt() * norm.Weight.to(ScalarType.Float64);
        var actual = norm.call(x);
        Assert.Equal(type, actual.dtype);
        TensorAssert.Close(expected, actual, tolerance);
    }

    [Fact]
    public void Modulation_is_normalisation_scale_and_shift()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var norm = new RmsNorm(16);
        norm.state_dict()["weight"].copy_(Normal(1, 16));
        var (x, shift, scale) = (Normal(0, 2, 5, 16), Normal(2, 2, 1, 16), Normal(3, 2, 1, 16));
        TensorAssert.Close(norm.call(x) * (1 + scale) + shift, norm.Modulate(x, shift, scale), 1e-6);
    }

    [Fact]
    public void Nothing_becomes_nothing_with_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 16).requires_grad_();
        var y = RmsNorm.Normalize(x);
        Assert.Equal(0, y.abs().max().item<float>());
        (y * Normal(0, 2, 16)).sum().backward();
        Assert.True(x.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void Its_gradients_are_the_differences_of_the_function()
    {
        using var scope = NewDisposeScope();
        using var norm = new RmsNorm(8);
        norm.to(ScalarType.Float64);
        var x = Normal(0, 3, 8).to(ScalarType.Float64).requires_grad_();
        var target = Normal(1, 3, 8);
        FiniteDifferences.Agree(() => (norm.call(x) * target).sum(), [("x", x), ("weight", norm.Weight)]);
    }
}
