using Msf.Diffusion;
using Msf.Models;
using Msf.Modules;
using Msf.Tests.Modules;
using Msf.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>Recomputed blocks train as kept ones, bit for bit.</summary>
public sealed class BlockRecomputationTests
{
    private static readonly TransformerConfig _config = RandomNetworks.Transformer with { Depth = 3, ConditionChannels = 3, AugmentationLabels = 9 };

    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.BFloat16, false)]
    [InlineData(ScalarType.BFloat16, true)]
    public void Loss_and_gradients_are_those_of_the_ordinary_way(ScalarType type, bool allOptions)
    {
        using var scope = NewDisposeScope();
        using var network = Create(allOptions ? BlockOptionsTests.All : new());
        network.to(type);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 5);
        var target = randn_like(x);
        var augmentation = randn([5, 9]);
        var loss = (network.Forward(x, t, labels, condition, conditionTime, augmentation) - target).square().mean();
        loss.backward();
        var expected = network.named_parameters().Where(p => p.parameter.requires_grad).ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        network.zero_grad();

        using var recomputation = new BlockRecomputation(network);
        var again = (recomputation.Forward(x, t, labels, condition, conditionTime, augmentation) - target).square().mean();
        again.backward();
        Assert.Null(Gradient(network, "blocks.2.attn.qkv.weight"));
        recomputation.Backward();
        Assert.True(TensorAssert.Identical(loss, again));
        Assert.Contains("t_embedder.mlp.0.weight", expected.Keys);                            // by way of the conditioning vector
        Assert.Contains("aug_embedder.weight", expected.Keys);
        Assert.Contains("x_embedder.proj.weight", expected.Keys);                             // by way of all blocks
        Assert.All(expected, entry => Assert.True(
            TensorAssert.Identical(entry.Value, Gradient(network, entry.Key)!) && entry.Value.abs().max().to(ScalarType.Float32).item<float>() > 0, entry.Key));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_trainer_takes_the_same_steps(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var config = new TrainingConfig { MaxImages = 1000, BatchSize = 4, WarmupImages = 0, LearningRate = 1e-2 };
        using var kept = CreateTrainer(config, type);
        using var recomputed = CreateTrainer(config with { RecomputeBlocks = true }, type);
        for (var step = 0; step < 4; step++) Assert.Equal(Step(kept, step), Step(recomputed, step));
        Assert.All(kept.State(), pair => Assert.True(TensorAssert.Identical(pair.Value, recomputed.State()[pair.Key]), pair.Key));
    }

    [Fact]
    public void A_step_leaves_no_tensors_behind()
    {
        using var trainer = CreateTrainer(new TrainingConfig { MaxImages = 1000, RecomputeBlocks = true }, ScalarType.Float32);
        LiveTensors.StayFlat(30, () => Step(trainer, 0));
    }

    [Fact]
    public void Between_forward_and_backward_only_the_inputs_of_the_blocks_live()
    {
        using var network = Create(new());
        using var scope = NewDisposeScope();
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 2);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using var recomputation = new BlockRecomputation(network);
        recomputation.Forward(x, t, labels, condition, conditionTime);
        // The prediction, tokens and conditioning vector of the embedders, the latter's leaf, an input a block, and the last block's output.
        Assert.Equal(1 + 2 + 1 + _config.Depth + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount - before);
    }

    [Fact]
    public void Steps_out_of_order_are_refused()
    {
        using var scope = NewDisposeScope();
        using var network = Create(new());
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 2);
        using var recomputation = new BlockRecomputation(network);
        Assert.Contains("the loss's backward comes first", Assert.Throws<InvalidOperationException>(recomputation.Backward).Message, StringComparison.Ordinal);
        recomputation.Forward(x, t, labels, condition, conditionTime);
        Assert.Contains("the loss's backward comes first", Assert.Throws<InvalidOperationException>(recomputation.Backward).Message, StringComparison.Ordinal);
        Assert.Contains("for one step", Assert.Throws<InvalidOperationException>(
            () => { recomputation.Forward(x, t, labels, condition, conditionTime); }).Message, StringComparison.Ordinal);
    }

    private static DiffusionTransformer Create(BlockOptions block)
    {
        var network = RandomNetworks.Create(_config with { Block = block });
        network.train();
        return network;
    }

    private static Tensor? Gradient(DiffusionTransformer network, string name) =>
        network.named_parameters().Single(p => p.name == name).parameter.grad;

    private static StageTrainer CreateTrainer(TrainingConfig config, ScalarType type) =>
        new(Create(BlockOptionsTests.All), new StageLoss(new DiffusionConfig(), _config.Classes), config, type, 1000);

    private static StepResult Step(StageTrainer trainer, int seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var component = randn([4, 3, 4, 6], generator: generator);
        return trainer.Step(component, zeros(4, ScalarType.Int64), randn([4, 3, 4, 6], generator: generator), generator, randn([4, 9], generator: generator));
    }
}
