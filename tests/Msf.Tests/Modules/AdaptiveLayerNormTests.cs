using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class AdaptiveLayerNormTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 2e-6)]
    [InlineData(ScalarType.BFloat16, 1e-2)]
    public void Values_and_gradients_are_those_of_the_definition_in_double_precision(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var (x, shift, scale, weights) = (Draw(1, type, 3, 7, 96), Draw(2, type, 3, 1, 96), Draw(3, type, 3, 1, 96), Draw(4, type, 3, 7, 96));
        var exact = Array.ConvertAll(new[] { x, shift, scale }, t => t.to_type(ScalarType.Float64).requires_grad_(true));
        var expected = AdaptiveLayerNorm.ApplyByOperations(exact[0], exact[1], exact[2]);
        (expected * weights.to_type(ScalarType.Float64)).sum().backward();

        var own = Array.ConvertAll(new[] { x, shift, scale }, t => t.requires_grad_(true));
        Assert.True(Rows.Takes(own[0]));
        var actual = AdaptiveLayerNorm.Apply(own[0], own[1], own[2]);
        (actual * weights).sum().backward();
        TensorAssert.Close(expected.detach(), actual.detach().to_type(ScalarType.Float64), tolerance);
        for (var i = 0; i < own.Length; i++)
            TensorAssert.Close(exact[i].grad!, own[i].grad!.to_type(ScalarType.Float64), tolerance, $"gradient {i}");
    }

    [Fact]
    public void A_token_does_not_depend_on_its_batch_and_gradients_do_not_matter_to_the_values()
    {
        using var scope = NewDisposeScope();
        var (x, shift, scale) = (Draw(1, ScalarType.Float32, 16, 9, 64), Draw(2, ScalarType.Float32, 16, 1, 64), Draw(3, ScalarType.Float32, 16, 1, 64));
        var all = AdaptiveLayerNorm.Apply(x, shift, scale);
        var one = AdaptiveLayerNorm.Apply(x.narrow(0, 5, 1).contiguous(), shift.narrow(0, 5, 1), scale.narrow(0, 5, 1));
        Assert.True(TensorAssert.Identical(all.narrow(0, 5, 1), one));
        Assert.True(TensorAssert.Identical(all, AdaptiveLayerNorm.Apply(x.alias().requires_grad_(true), shift, scale).detach()));
    }

    [Fact]
    public void Widths_that_are_no_multiple_of_32_and_parts_of_a_wider_modulation_are_taken_too()
    {
        using var scope = NewDisposeScope();
        foreach (var width in new[] { 12, 64 })
        {
            var (x, both) = (Draw(1, ScalarType.Float32, 2, 5, width), Draw(2, ScalarType.Float32, 2, 1, 2 * width));
            var parts = both.chunk(2, dim: -1);
            TensorAssert.Close(AdaptiveLayerNorm.ApplyByOperations(x, parts[0], parts[1]), AdaptiveLayerNorm.Apply(x, parts[0], parts[1]), 2e-6);
        }
    }

    private static Tensor Draw(int seed, ScalarType type, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, generator: generator).to_type(type);
    }
}
