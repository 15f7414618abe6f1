using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Every preset of a model takes a step of training and one of sampling in every stage, with narrow networks of one block: what it is made of fits together.</summary>
[Collection(SequentialTraining.Name)]
public sealed class PresetStepTests
{
    private const int Width = 64, Heads = 2;                                                  // heads as wide as the kernels take, and as rotary positions need

    public static TheoryData<string> Presets => [.. Msf.Training.Presets.Models];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_preset_trains_and_samples(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = SeededNoise.Generator(3);
        var config = RunConfigReader.Read(name, []);
        var model = config.Model with { Stages = [.. config.Model.Stages.Select(stage => stage with { Width = Width, Depth = 1, Heads = Heads })] };
        var networks = Enumerable.Range(0, model.Stages.Length).Select(stage => new DiffusionTransformer(model.Transformer(stage))).ToArray();
        for (var stage = 0; stage < networks.Length; stage++)
        {
            // The trainer disposes the network it is given.
            using var trainer = new StageTrainer(
                new DiffusionTransformer(model.Transformer(stage)), new StageLoss(config.Diffusion, model.Classes), config.Training with { BatchSize = 2, WarmupImages = 0 }, ScalarType.Float32, 1000);
            var x = randn([2, model.Channels, .. networks[stage].Config.InputSize.Select(side => (long)side)], generator: generator);
            var first = trainer.State()["weights"].clone();
            var result = trainer.Step(x, tensor(new long[] { 0, 1 }), stage == 0 ? null : randn(x.shape, generator: generator), generator);
            Assert.True(double.IsFinite(result.Loss) && result.GradientNorm > 0 && !result.Skipped, $"stage {stage}: loss {result.Loss}, gradient norm {result.GradientNorm}");
            Assert.False(TensorAssert.Identical(first, trainer.State()["weights"]));
        }
        var sampler = new MsfSampler(model, config.Diffusion, RandomModel.Statistics(model), networks);
        var budget = config.Sampling with { Stages = [.. config.Sampling.Stages.Select(stage => stage with { Steps = 1 })] };
        var sampled = sampler.Sample(new SamplingRequest { Labels = [0], ImageIndices = [0], Seed = 1, Sampling = budget }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([1L, model.Channels, model.Size[0], model.Size[1]], sampled.shape);
        Assert.True(sampled.isfinite().all().item<bool>());
        foreach (var network in networks) network.Dispose();
    }
}
