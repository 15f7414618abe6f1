using Msf.Checkpoints;
using Msf.Models;
using Msf.Tests.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>A network that is made inside a dispose scope, as libtorch's own layers, lives on when the scope ends.</summary>
public sealed class ScopedNetworkTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("all")]
    public void A_network_outlives_the_scope_it_was_made_in(string name)
    {
        var config = new TransformerConfig
        {
            InputSize = [4, 4],
            Channels = 3,
            PatchSize = 2,
            Width = 32,
            Depth = 1,
            Heads = 2,
            Classes = 3,
            ConditionChannels = 3,
            AugmentationLabels = 9,
            StageEmbedding = true,
            Block = name == "plain" ? new() : BlockOptionsTests.Named(name),
        };
        DiffusionTransformer network;
        using (NewDisposeScope())
        {
            network = new DiffusionTransformer(config);
            network.to(ScalarType.BFloat16);
        }
        using (network)
        {
            Assert.DoesNotContain(network.state_dict(), entry => entry.Value.IsInvalid);
            using var scope = NewDisposeScope();
            var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(config, 2);
            Assert.Equal(x.shape, network.Forward(x, t, labels, condition, conditionTime, zeros(2, 9)).shape);
        }
    }

    [Theory]
    [InlineData("noto-emoji")]
    [InlineData("cifar10")]
    public void So_does_a_model_that_is_loaded(string name)
    {
        MsfModel model;
        using (NewDisposeScope()) model = MsfModel.Load(SourceTree.Path("models", name));
        using (model)
        {
            var sampling = model.Manifest.Sampling;
            var request = model.Request(labels: [0], seed: 1) with { Sampling = sampling with { Stages = [.. sampling.Stages.Select(stage => stage with { Steps = 1 })] } };
            using var images = model.Sample(request, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal([1L, 3, 32, 32], images.shape);
        }
    }
}
