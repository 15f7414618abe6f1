using Msf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>Networks that are told how an image was augmented.</summary>
public sealed class AugmentationLabelsNetworkTests
{
    private static readonly TransformerConfig _config = RandomNetworks.Transformer with { ConditionChannels = 3, AugmentationLabels = 9 };

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Labels_of_zero_are_no_labels_bit_for_bit(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_config);
        network.to(type);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 3);
        var without = network.Forward(x, t, labels, condition, conditionTime);
        Assert.True(TensorAssert.Identical(without, network.Forward(x, t, labels, condition, conditionTime, zeros(3, 9))));
        for (var place = 0; place < 9; place++)
        {
            var told = zeros(3, 9);
            told.select(1, place).fill_(1);
            Assert.True(Golden.RelativeError(network.Forward(x, t, labels, condition, conditionTime, told), without) > 1e-3, $"number {place} has no effect");
        }
    }

    [Fact]
    public void The_embedder_starts_at_zero_and_a_network_with_it_computes_what_one_without_does()
    {
        using var scope = NewDisposeScope();
        using var network = new DiffusionTransformer(_config);
        Assert.Equal(0, network.state_dict()["aug_embedder.weight"].abs().max().item<float>());

        using var told = RandomNetworks.Create(_config);
        using var plain = RandomNetworks.Create(_config with { AugmentationLabels = 0 });
        using (no_grad())
            foreach (var (name, weight) in plain.state_dict()) weight.copy_(told.state_dict()[name]);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 3);
        Assert.True(TensorAssert.Identical(plain.Forward(x, t, labels, condition, conditionTime), told.Forward(x, t, labels, condition, conditionTime)));
    }

    [Fact]
    public void An_image_is_told_of_its_own_augmentation_alone()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_config);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 5);
        var augmentation = randn(5, 9);
        var together = network.Forward(x, t, labels, condition, conditionTime, augmentation);
        for (var i = 0; i < 5; i++)
        {
            Tensor One(Tensor all) => all.narrow(0, i, 1);
            TensorAssert.Close(One(together), network.Forward(One(x), One(t), One(labels), One(condition!), One(conditionTime!), One(augmentation)), 1e-5);
        }
    }

    [Fact]
    public void Forward_leaves_no_tensors_behind()
    {
        using var network = RandomNetworks.Create(_config);
        using var inputs = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 2);
        var augmentation = randn(2, 9);
        LiveTensors.StayFlat(30, () => network.Forward(x, t, labels, condition, conditionTime, augmentation).Dispose());
    }
}
