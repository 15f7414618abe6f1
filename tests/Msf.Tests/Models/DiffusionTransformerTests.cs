using Msf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

public sealed class DiffusionTransformerTests
{
    private static readonly TransformerConfig _base = RandomNetworks.Transformer;
    private static readonly TransformerConfig _conditioned = _base with { ConditionChannels = 3 };

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_new_network_gives_zero(int conditionChannels)
    {
        using var scope = NewDisposeScope();
        var config = _base with { ConditionChannels = conditionChannels };
        using var network = new DiffusionTransformer(config);
        Assert.Equal(0, Forward(network, 2).abs().max().item<float>());
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 6)]
    public void A_learned_variance_doubles_the_channels(bool learnSigma, int channels)
    {
        using var scope = NewDisposeScope();
        using var network = RandomNetworks.Create(_base with { LearnSigma = learnSigma });
        Assert.Equal([2, channels, 4, 6], Forward(network, 2).shape);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void An_image_does_not_depend_on_the_others_of_its_batch(int conditionChannels)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_base with { ConditionChannels = conditionChannels });
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(network.Config, 5);
        var together = network.Forward(x, t, labels, condition, conditionTime);
        for (var i = 0; i < 5; i++)
        {
            var alone = network.Forward(
                x.narrow(0, i, 1), t.narrow(0, i, 1), labels.narrow(0, i, 1), condition?.narrow(0, i, 1), conditionTime?.narrow(0, i, 1));
            TensorAssert.Close(together.narrow(0, i, 1), alone, 1e-5);
        }
        // The same sizes run the same kernels: whatever stands beside it, not one bit of an image changes.
        var others = network.Forward(
            cat([x.narrow(0, 0, 1), x.narrow(0, 1, 4) * 100 + 7]), t, labels, condition, conditionTime);
        Assert.True(TensorAssert.Identical(together[0], others[0]));
        Assert.False(TensorAssert.Identical(together[1], others[1]));
    }

    [Fact]
    public void Every_input_matters()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_conditioned);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_conditioned, 2);
        var output = network.Forward(x, t, labels, condition, conditionTime);
        Tensor[] changed =
        [
            network.Forward(x + 0.5, t, labels, condition, conditionTime),
            network.Forward(x, t + 0.05, labels, condition, conditionTime),
            network.Forward(x, t, full_like(labels, _conditioned.Classes), condition, conditionTime),
            network.Forward(x, t, labels, condition! + 0.5, conditionTime),
            network.Forward(x, t, labels, condition, conditionTime! - 0.05),
            network.Forward(x, t, labels, x, conditionTime),
        ];
        Assert.All(changed, other => Assert.True(Golden.RelativeError(other, output) > 1e-3));
    }

    [Fact]
    public void Places_are_told_apart_also_on_a_grid_that_is_not_square()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_base);
        var output = network.Forward(ones(1, 3, 4, 6), tensor([0.5f]), tensor([1L]));
        var patches = Msf.Modules.Patches.Split(output, 2)[0];                                // (N, C p p)
        var distances = (patches.unsqueeze(0) - patches.unsqueeze(1)).abs().amax(-1) + eye(6) * 100;
        Assert.True(distances.min().item<float>() > 1e-3);
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-5)]
    [InlineData(ScalarType.BFloat16, 0.05)]
    public void Other_types_give_the_same_up_to_their_rounding_as_float32(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_conditioned);
        var expected = Forward(network, 3);
        network.to(type);
        var actual = Forward(network, 3);
        Assert.Equal(ScalarType.Float32, actual.dtype);
        TensorAssert.Close(expected, actual, tolerance);
        Assert.False(TensorAssert.Identical(expected, actual));
    }

    [Fact]
    public void Forward_leaves_no_tensors_behind()
    {
        using var network = RandomNetworks.Create(_conditioned);
        using var inputs = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_conditioned, 2);
        LiveTensors.StayFlat(50, () => network.Forward(x, t, labels, condition, conditionTime).Dispose());
    }

    [Fact]
    public void Forward_and_backward_leave_no_tensors_behind()
    {
        using var network = RandomNetworks.Create(_conditioned);
        LiveTensors.StayFlat(50, () =>
        {
            using var scope = NewDisposeScope();
            Forward(network, 2).square().mean().backward();
            network.zero_grad();
        });
    }

    [Fact]
    public void Every_parameter_but_the_positions_learns()
    {
        using var scope = NewDisposeScope();
        using var network = RandomNetworks.Create(_conditioned);
        Forward(network, 3).square().mean().backward();
        foreach (var (name, parameter) in network.named_parameters())
        {
            Assert.Equal(name != "pos_embed", parameter.requires_grad);
            if (parameter.requires_grad) Assert.True(parameter.grad is { } gradient && gradient.abs().max().item<float>() > 0, name);
        }
    }

    private static Tensor Forward(DiffusionTransformer network, int batch)
    {
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(network.Config, batch);
        return network.Forward(x, t, labels, condition, conditionTime);
    }
}
