using Msf.Modules;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class SwiGluMlpTests
{
    private static Tensor Normal(int stage, params long[] shape) => SeededNoise.Normal(9, stage, [0], shape, CPU)[0];

    [Fact]
    public void It_is_a_gate_times_a_value()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var mlp = new SwiGluMlp(width: 8, hidden: 16);
        var weights = mlp.state_dict();
        weights["w12.bias"].copy_(Normal(1, 32));
        weights["w3.bias"].copy_(Normal(2, 8));
        var x = Normal(0, 2, 5, 8);
        var gate = nn.functional.linear(x, weights["w12.weight"].narrow(0, 0, 16), weights["w12.bias"].narrow(0, 0, 16));
        var value = nn.functional.linear(x, weights["w12.weight"].narrow(0, 16, 16), weights["w12.bias"].narrow(0, 16, 16));
        var expected = nn.functional.linear(gate * gate.sigmoid() * value, weights["w3.weight"], weights["w3.bias"]);
        TensorAssert.Close(expected, mlp.call(x), 1e-6);
    }

    [Theory]
    [InlineData(4608, 3072)]
    [InlineData(3072, 2048)]
    [InlineData(512, 336)]
    [InlineData(24, 16)]
    [InlineData(1, 16)]
    public void It_is_two_thirds_as_wide_in_whole_tiles(int hidden, int expected) => Assert.Equal(expected, SwiGluMlp.HiddenWidth(hidden));

    [Fact]
    public void Its_gradients_are_the_differences_of_the_function()
    {
        using var scope = NewDisposeScope();
        using var mlp = new SwiGluMlp(width: 8, hidden: 16);
        mlp.to(ScalarType.Float64);
        var x = Normal(0, 3, 8).to(ScalarType.Float64).requires_grad_();
        var target = Normal(1, 3, 8);
        FiniteDifferences.Agree(() => (mlp.call(x) * target).sum(), mlp.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Append(("x", x)));
    }
}
