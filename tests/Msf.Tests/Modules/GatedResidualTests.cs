using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class GatedResidualTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 64, 2e-6)]
    [InlineData(ScalarType.BFloat16, 64, 1e-2)]
    [InlineData(ScalarType.Float32, 12, 2e-6)]                                                // by libtorch's operations
    public void Values_and_gradients_are_those_of_the_definition_in_double_precision(ScalarType type, int width, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        Tensor Draw(params long[] shape) => randn(shape, generator: generator).to_type(type);
        Tensor[] own = [Draw(3, 5, width), Draw(3, 1, width), Draw(3, 5, width)];
        var weights = Draw(3, 5, width);
        var exact = Array.ConvertAll(own, t => t.to_type(ScalarType.Float64).requires_grad_(true));
        (own[0], own[1], own[2]) = (own[0].requires_grad_(true), own[1].requires_grad_(true), own[2].requires_grad_(true));

        var expected = exact[0] + exact[1] * exact[2];
        (expected * weights.to_type(ScalarType.Float64)).sum().backward();
        var actual = GatedResidual.Apply(own[0], own[1], own[2]);
        (actual * weights).sum().backward();
        TensorAssert.Close(expected.detach(), actual.detach().to_type(ScalarType.Float64), tolerance);
        for (var i = 0; i < own.Length; i++)
            TensorAssert.Close(exact[i].grad!, own[i].grad!.to_type(ScalarType.Float64), tolerance, $"gradient {i}");
        using var off = no_grad();
        Assert.True(TensorAssert.Identical(actual.detach(), GatedResidual.Apply(own[0], own[1], own[2])));
    }
}
