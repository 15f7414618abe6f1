using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Models;
using Msf.Modules;
using Msf.Sampling;
using Msf.Tests.Training;
using Msf.Training;

namespace Msf.Tests;

/// <summary>Small models whose stages share a trunk.</summary>
internal static class SharedTrunkModels
{
    /// <summary>A run of such a model: two stages of other patch sizes.</summary>
    public static RunConfig Run { get; } = SmallRun.Config with { Model = SmallRun.Config.Model with { SharedTrunk = true } };

    public static RunConfig With(Func<TrainingConfig, TrainingConfig> change) => Run with { Training = change(Run.Training) };

    /// <summary>The model with three stages and every option of the blocks.</summary>
    public static ModelConfig All { get; } = RandomNetworks.Model(levels: 3, height: 16, width: 16) with
    {
        SharedTrunk = true,
        AugmentationLabels = 9,
        Stages =
        [
            .. new[] { 1, 2, 4 }.Select(patch => new StageConfig
            {
                PatchSize = patch,
                Width = 32,
                Depth = 2,
                Heads = 2,
                MlpRatio = 2.5,
                Block = new BlockOptions
                {
                    Normalization = NormalizationKind.RmsNorm,
                    QueryKeyNormalization = true,
                    Perceptron = PerceptronKind.SwiGlu,
                    Positions = PositionKind.Rotary,
                },
            }),
        ],
    };

    /// <summary>Networks with random parameters and one trunk, owned by the caller.</summary>
    public static DiffusionTransformer[] Create(ModelConfig model)
    {
        var networks = RandomNetworks.Create(model);
        SharedTrunk.Join(networks);
        return networks;
    }

    /// <summary>What a folder of such a model says.</summary>
    public static ModelManifest Manifest(ModelConfig model) => new()
    {
        FormatVersion = ModelManifest.CurrentFormat,
        Model = model,
        Diffusion = new DiffusionConfig(),
        Sampling = new SamplingConfig { Stages = [.. model.Stages.Select(_ => new StageSamplingConfig { Steps = 3, Guidance = new() { Scale = 1.5 } })] },
        Statistics = RandomModel.Statistics(model),
        ClassNames = [.. Enumerable.Range(0, model.Classes).Select(i => $"class {i}")],
    };
}
