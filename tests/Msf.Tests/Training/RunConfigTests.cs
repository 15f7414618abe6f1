using Msf.Diffusion;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;

namespace Msf.Tests.Training;

public class RunConfigTests
{
    [Fact]
    public void Defaults_are_valid() => Assert.Empty(new TrainingConfig { MaxImages = 1 }.Validate(2));

    [Fact]
    public void Guidance_by_a_weaker_model_is_nothing_that_a_run_has()
    {
        var config = RunConfigReader.Read("tiny", []);
        Assert.Empty(config.Validate());
        var stages = config.Sampling.Stages.Select(stage => stage with { Guidance = stage.Guidance with { Source = GuidanceSource.WeakerModel } });
        var error = Assert.Single((config with { Sampling = new() { Stages = [.. stages] } }).Validate());
        Assert.Contains("msf sample --guide DIR", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_discrete_path_has_only_so_many_steps()
    {
        var config = RunConfigReader.Read("tiny", ["diffusion.path=variancePreservingDiscrete", "diffusion.prediction=noise"]);
        Assert.Empty(config.Validate());
        var error = Assert.Single((config with { Sampling = new() { Stages = [config.Sampling.Stages[0], config.Sampling.Stages[1] with { Steps = 1001 }] } }).Validate());
        Assert.Contains("stage 1 takes 1001 steps, and this path has 1000 discrete ones", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_member_that_is_wrong_is_told_at_once()
    {
        var config = new TrainingConfig
        {
            MaxImages = 0,
            BatchSize = 0,
            Accumulate = 0,
            LearningRate = double.NaN,
            FinalLearningRateFraction = 1.5,
            DecayImages = 0,
            Schedule = (LearningRateSchedule)9,
            WarmupImages = -1,
            Beta1 = 1,
            WeightDecay = double.PositiveInfinity,
            GradientClip = 0,
            NonFiniteLimit = -1,
            EmaHalfLifeImages = 0,
            StageShares = [1, 1, 1],
            Precision = (ComputePrecision)9,
            LogEveryImages = 0,
            CheckpointEveryImages = 0,
            KeepCheckpoints = 0,
            KeepEveryImages = -1,
            SampleEveryImages = -1,
            SampleCount = 0,
        };
        string[] members =
        [
            "maxImages", "batchSize", "accumulate", "learningRate", "schedule", "finalLearningRateFraction", "decayImages", "precision", "warmupImages", "beta1", "weightDecay", "gradientClip",
            "nonFiniteLimit", "emaHalfLifeImages", "stageShares", "logEveryImages", "checkpointEveryImages", "keepCheckpoints", "keepEveryImages", "sampleEveryImages", "sampleCount",
        ];
        var errors = config.Validate(2);
        Assert.Equal(members.Length, errors.Count);
        Assert.All(members, member => Assert.Contains(errors, error => error.Contains(member)));
    }

    [Theory]
    [InlineData("at least two", 0.1)]
    [InlineData("at least two", 0.1, 0.1)]
    [InlineData("relativeWidths has 0.3", 0.1, 0.3)]
    [InlineData("relativeWidths has 0,", 0.0, 0.1)]
    public void Widths_of_averages_that_span_nothing_or_cannot_be_are_refused(string expected, params double[] widths)
    {
        var config = new TrainingConfig { MaxImages = 1, PostHocEma = new PostHocEmaConfig { RelativeWidths = widths } };
        var error = Assert.Single(config.Validate(2));
        Assert.StartsWith("postHocEma: ", error);
        Assert.Contains(expected, error);
    }

    [Fact]
    public void Snapshots_of_averages_need_a_distance() => Assert.Contains(
        "snapshotEveryImages is 0",
        Assert.Single(new TrainingConfig { MaxImages = 1, PostHocEma = new PostHocEmaConfig { SnapshotEveryImages = 0 } }.Validate(2)));

    [Fact]
    public void A_batch_is_not_cut_into_more_parts_than_it_has_images() =>
        Assert.Contains("accumulate is 9", Assert.Single(new TrainingConfig { MaxImages = 1, BatchSize = 8, Accumulate = 9 }.Validate(2)));

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    public void Shares_that_divide_nothing_are_refused(double first, double second)
    {
        var config = new TrainingConfig { MaxImages = 1, StageShares = [first, second] };
        Assert.Contains("stageShares", Assert.Single(config.Validate(2)));
    }

    [Fact]
    public void A_patch_of_more_numbers_than_channels_is_cautioned_of_unless_data_is_predicted()
    {
        var narrow = RunConfigReader.Read("photos-64", ["model.stages.1.patchSize=8"]);
        Assert.Empty(narrow.Validate());
        Assert.StartsWith("model: a patch of stage 1 holds 192 numbers and its width is 128", Assert.Single(narrow.Cautions()));
        Assert.Empty((narrow with { Diffusion = narrow.Diffusion with { Prediction = PredictionKind.Data } }).Cautions());
        Assert.All(Presets.Models.Except(["tiny"]), preset => Assert.Empty(RunConfigReader.Read(preset, []).Cautions()));
    }

    [Fact]
    public void Faults_of_all_parts_come_together_and_say_where_they_are()
    {
        var config = SmallRun.Config with
        {
            Model = SmallRun.Config.Model with { Stages = [SmallRun.Config.Model.Stages[0] with { Heads = 3 }, SmallRun.Config.Model.Stages[1]] },
            Diffusion = SmallRun.Config.Diffusion with { LabelDropout = 2 },
            Sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = 0 }] },
            Data = new DataConfig { Classes = ["circle", "circle"], CacheBytes = -1, LoaderThreads = -1, MaxBroken = 2 },
            Training = SmallRun.Config.Training with { BatchSize = -4 },
        };
        var errors = config.Validate();
        foreach (var part in new[] { "model: stage 0", "diffusion: labelDropout", "sampling: ", "data: classes names 2", "data: classes names a class twice", "data: cacheBytes", "data: loaderThreads", "data: maxBroken", "training: batchSize" })
            Assert.Contains(errors, error => error.StartsWith(part, StringComparison.Ordinal));
        Assert.All(errors, error => Assert.DoesNotContain('\n', error));
    }

    [Fact]
    public void Labels_of_the_augmentation_need_a_model_that_takes_them()
    {
        var config = SmallRun.Config with { Data = SmallRun.Config.Data with { Augmentation = new() { NonLeaky = new() } } };
        Assert.Equal("data: augmentation.nonLeaky gives labels of 9 numbers, the model takes 0; set model.augmentationLabels to 9", Assert.Single(config.Validate()));
        config = config with { Model = config.Model with { AugmentationLabels = 9 } };
        Assert.Empty(config.Validate());
        var error = Assert.Single((config with { Data = config.Data with { HorizontalFlip = true } }).Validate());
        Assert.StartsWith("data: horizontalFlip and augmentation.nonLeaky.horizontalFlip both mirror", error);
        Assert.Empty((config with { Data = new() { HorizontalFlip = true, Augmentation = new() { NonLeaky = new() { HorizontalFlip = false } } } }).Validate());
        error = Assert.Single((config with { Data = new() { Augmentation = new() { NonLeaky = new() { Probability = 2 } } } }).Validate());
        Assert.Equal("data: augmentation: nonLeaky: probability is 2, expected 0 to 1", error);
        Assert.Empty((config with { Data = new() }).Validate());                              // a run may go on without
    }

    [Fact]
    public void A_broken_architecture_does_not_hide_what_else_is_wrong()
    {
        var config = SmallRun.Config with
        {
            Model = SmallRun.Config.Model with { Size = [0], Stages = [] },
            Training = SmallRun.Config.Training with { BatchSize = 0 },
        };
        Assert.Contains(config.Validate(), error => error.StartsWith("model: size", StringComparison.Ordinal));
        Assert.Contains(config.Validate(), error => error.StartsWith("training: batchSize", StringComparison.Ordinal));
    }
}
