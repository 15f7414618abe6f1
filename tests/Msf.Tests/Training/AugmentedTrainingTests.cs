using Msf.Checkpoints;
using Msf.Data;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Runs on augmented images, whose networks are told.</summary>
[Collection(SequentialTraining.Name)]
public sealed class AugmentedTrainingTests : IDisposable
{
    private static readonly AugmentationConfig _all = new()
    {
        RandomResizedCrop = new() { Scale = [0.3, 1] },
        ColorJitter = new() { Brightness = 0.3, Contrast = 0.3, Saturation = 0.3, Hue = 0.1 },
        NonLeaky = new() { Probability = 0.5 },
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ComputePrecision.Float32, false, 1)]
    [InlineData(ComputePrecision.BFloat16, true, 2)]
    public void Stopped_and_resumed_with_other_loader_threads_it_ends_with_the_same_bits(ComputePrecision precision, bool recompute, int accumulate)
    {
        using var scope = NewDisposeScope();
        RunConfig Config(int threads) => Augmented(
            training => training with { Precision = precision, RecomputeBlocks = recompute, Accumulate = accumulate }, threads);
        var whole = SmallRun.Train(Config(0), _folder["whole"]);
        foreach (var threads in new[] { 1, 4 })
        {
            var run = _folder[$"run{threads}"];
            SmallRun.TrainUntil(56, Config(threads), run);
            SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(Config(threads), run, resume: true).Checkpoint);
        }
        using var model = MsfModel.Load(whole.Model, precision: ComputePrecision.Float32);    // and samples without being told
        Assert.Equal(AugmentationLabel.Size, model.Manifest.Model.AugmentationLabels);
        for (var stage = 0; stage < 2; stage++)
        {
            var weight = SafetensorsFile.ReadAll(Path.Combine(whole.Model, ModelFolder.StageName(stage)))["aug_embedder.weight"].to(ScalarType.Float32);
            Assert.Equal([16, 9], weight.shape);
            Assert.All(weight.abs().amax(0).data<float>().ToArray(), most => Assert.True(most > 0, "a number of the label has taught nothing"));
        }
    }

    [Fact]
    public void What_is_told_changes_what_is_learnt_and_images_change_it_too()
    {
        using var scope = NewDisposeScope();
        var told = SmallRun.Tensors(SmallRun.Train(Augmented(training => training), _folder["told"]).Checkpoint);
        var plain = Augmented(training => training);
        plain = plain with { Data = plain.Data with { Augmentation = new() } };
        var untold = SmallRun.Tensors(SmallRun.Train(plain, _folder["plain"]).Checkpoint);
        Assert.Equal(told.Keys, untold.Keys);
        Assert.All([0, 1], stage => Assert.False(TensorAssert.Identical(told[$"{stage}.weights"], untold[$"{stage}.weights"])));
        // Never told of anything, the embedder has stayed at zero.
        var weight = SafetensorsFile.ReadAll(_folder[$"plain/model/{ModelFolder.StageName(1)}"])["aug_embedder.weight"].to(ScalarType.Float32);
        Assert.Equal(0, weight.abs().max().item<float>());
    }

    [Fact]
    public void The_loss_sees_the_labels_of_its_own_part_of_the_batch()
    {
        using var scope = NewDisposeScope();
        var config = SmallRun.Config.Model with { AugmentationLabels = 9 };
        (double, Tensor) Gradient(int parts, Tensor? labels)
        {
            SeededNoise.SeedGlobalGenerator(3);
            using var trainer = new StageTrainer(
                new DiffusionTransformer(config.Transformer(0)), new StageLoss(new DiffusionConfig(), 4),
                new TrainingConfig { MaxImages = 1000, BatchSize = 8, Accumulate = parts, Beta1 = 0, GradientClip = 1e9, WarmupImages = 0 }, ScalarType.Float32, 1000);
            StepResult result = default;
            for (var i = 0; i < 4; i++)
            {
                using var generator = new Generator(17);
                result = trainer.Step(randn([8, 3, 4, 4], generator: generator), arange(8, ScalarType.Int64).remainder(4), null, generator, labels);
            }
            return (result.Loss, trainer.State()["moment1"].clone());
        }
        using var random = new Generator(4);
        var augmentation = randn([8, 9], generator: random);
        var (loss, gradient) = Gradient(1, augmentation);
        var (lossOfParts, gradientOfParts) = Gradient(3, augmentation);
        Assert.Equal(loss, lossOfParts, 1e-5);
        TensorAssert.Close(gradient, gradientOfParts, 1e-4);
        Assert.False(TensorAssert.Identical(gradient, Gradient(1, augmentation.flip(0)).Item2));
        Assert.True(TensorAssert.Identical(Gradient(1, zeros(8, 9)).Item2, Gradient(1, null).Item2));
    }

    private static RunConfig Augmented(Func<TrainingConfig, TrainingConfig> change, int threads = 0)
    {
        var config = SmallRun.With(training => change(training with { CheckpointEveryImages = 40 }));
        return config with
        {
            Model = config.Model with { AugmentationLabels = AugmentationLabel.Size },
            Data = config.Data with { Source = "synthetic:shapes?size=16&count=50", Augmentation = _all, LoaderThreads = threads },
        };
    }
}
