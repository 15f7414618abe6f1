using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Whole distillations of a small teacher whose flow is curved: its weights are random.</summary>
[Collection(SequentialTraining.Name)]
public sealed class DistillationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];

    public DistillationTests() => SaveTeacher(_folder["teacher"], SmallRun.Config.Diffusion);

    [Theory]
    [InlineData(WindowStart.Data)]
    [InlineData(WindowStart.Noise)]
    public void A_student_of_one_step_a_window_is_nearer_to_the_teacher_than_the_teacher_in_as_many_steps(WindowStart start)
    {
        using var scope = NewDisposeScope();
        var config = Plan([2, 1], training => training with { MaxImages = 6_000, BatchSize = 16, LearningRate = 3e-3 });
        config = config with { Distillation = config.Distillation! with { Start = start } };
        var result = SmallRun.Train(config, _folder["run"], warn: _told.Add);
        var student = ModelFolder.ReadManifest(result.Model).Sampling;
        var truth = Sample(_folder["teacher"], Steps(ModelFolder.ReadManifest(_folder["teacher"]).Sampling, 50, 50));
        var undistilled = Distances(truth, Sample(_folder["teacher"], Steps(ModelFolder.ReadManifest(_folder["teacher"]).Sampling, 2, 1)));
        var distilled = Distances(truth, Sample(result.Model, student));
        var twice = Distances(truth, Sample(result.Model, Steps(student, 4, 2)));
        Assert.All([0, 1], level => Assert.True(
            distilled[level] < 0.5 * undistilled[level] && twice[level] < 0.5 * undistilled[level],
            $"level {level}: {undistilled[level]:F5} undistilled, {distilled[level]:F5} distilled, {twice[level]:F5} in twice the steps"));
    }

    [Fact]
    public void The_model_says_what_it_is_and_is_sampled_so()
    {
        var manifest = ModelFolder.ReadManifest(SmallRun.Train(Plan([2, 0]), _folder["run"], warn: _told.Add).Model);
        Assert.Equal((2, 2, null), (manifest.Sampling.Stages[0].Steps, manifest.Sampling.Stages[0].Windows, manifest.Sampling.Stages[1].Windows));
        Assert.Equal((1.0, 1.5), (manifest.Sampling.Stages[0].Guidance.Scale, manifest.Distillation!.Guidance[0].Scale));
        Assert.Equal(("small", ModelDistillation.IdentityOf(_folder["teacher"], manifest.Model)), (manifest.Distillation.Teacher, manifest.Distillation.TeacherIdentity));
        Assert.Equal([160L, 0], manifest.Training!.ImagesPerStage);
        Assert.DoesNotContain(_folder["teacher"], File.ReadAllText(_folder["run/model/model.json"]), StringComparison.Ordinal);

        // The stage that was left alone is the teacher's, as is the way in which it is sampled, and what both were standardised with.
        using var scope = NewDisposeScope();
        var (before, after) = (SafetensorsFile.ReadAll(_folder["teacher/stage1.safetensors"]), SafetensorsFile.ReadAll(_folder["run/model/stage1.safetensors"]));
        Assert.All(before, pair => Assert.True(TensorAssert.MaximumDifference(pair.Value.to(ScalarType.Float32), after[pair.Key].to(ScalarType.Float32)) < 1e-3, pair.Key));
        Assert.Equal(ModelFolder.ReadManifest(_folder["teacher"]).Statistics.Components[1].Mean, manifest.Statistics.Components[1].Mean);
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void Stopped_and_resumed_it_ends_as_if_nothing_had_happened(ComputePrecision precision)
    {
        var config = Plan([2, 1], training => training with { Precision = precision });
        var whole = SmallRun.Train(config, _folder["whole"], warn: _told.Add);
        using (var trainer = SmallRun.Open(config, _folder["run"], warn: _told.Add))
        using (var stop = new CancellationTokenSource())
            trainer.Train(new SmallRun.Callback(progress => { if (progress.Images >= 72) stop.Cancel(); }), stop.Token);
        var own = RunConfigReader.Read(_folder["run/config.json"], []);                       // as msf distill --resume does
        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(own, _folder["run"], resume: true, warn: _told.Add).Checkpoint);
    }

    [Fact]
    public void No_other_teacher_no_student_as_teacher_and_no_noise_prediction_from_nothing()
    {
        SmallRun.Train(Plan([2, 1]), _folder["run"], warn: _told.Add);
        var student = Assert.Throws<InvalidDataException>(() => DistillationPlan.Create(_folder["run/model"], [1, 1]));
        Assert.Contains("is itself distilled, in 2 + 1 windows", student.Message, StringComparison.Ordinal);

        var own = RunConfigReader.Read(_folder["run/config.json"], []);
        SaveTeacher(_folder["teacher"], SmallRun.Config.Diffusion, seed: 40);
        var other = Assert.Throws<InvalidDataException>(() => SmallRun.Open(own, _folder["run"], resume: true));
        Assert.Contains("is not the teacher that this run was started with", other.Message, StringComparison.Ordinal);

        SaveTeacher(_folder["noise"], new DiffusionConfig { Prediction = PredictionKind.Noise });
        Assert.Contains("distil a model that predicts velocity or data", Assert.Single(DistillationPlan.Create(_folder["noise"], [2, 2]).Validate()), StringComparison.Ordinal);
        SaveTeacher(_folder["noise"], new DiffusionConfig { Prediction = PredictionKind.Noise, Path = PathKind.VariancePreservingDiscrete });
        Assert.Empty(DistillationPlan.Create(_folder["noise"], [2, 2]).Validate());
    }

    [Theory]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Data)]
    [InlineData(PathKind.VariancePreservingDiscrete, PredictionKind.Noise)]
    public void Other_paths_and_predictions_are_distilled_as_well(PathKind path, PredictionKind prediction)
    {
        SaveTeacher(_folder["teacher"], new DiffusionConfig { Path = path, Prediction = prediction });
        var config = Plan([2, 2], training => training with { MaxImages = 4_000, BatchSize = 16, LearningRate = 1e-3, EmaHalfLifeImages = 200 });
        using var trainer = SmallRun.Open(config, _folder["run"], warn: _told.Add);
        var losses = new List<double>[] { [], [] };
        trainer.Train(new SmallRun.Callback(progress => losses[progress.Stage].Add(progress.Loss)), TestContext.Current.CancellationToken);
        Assert.All(losses, of => Assert.True(of.TakeLast(20).Average() < 0.8 * of.Take(5).Average(), $"{of.Take(5).Average():F4} to {of.TakeLast(20).Average():F4}"));
    }

    [Theory]
    [InlineData("windows is [2, -1]", 2, -1)]
    [InlineData("no stage has windows", 0, 0)]
    [InlineData("for 2 stages", 2)]
    public void Windows_that_fit_no_stage_are_refused(string expected, params int[] windows)
    {
        var distillation = Plan([2, 1]).Distillation! with { Windows = windows };
        Assert.Contains(distillation.Validate(2, new DiffusionConfig()), error => error.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_batch_must_have_an_image_for_every_window_of_a_way_from_noise()
    {
        var config = Plan([9, 1]);
        config = config with { Distillation = config.Distillation! with { Start = WindowStart.Noise } };
        Assert.Contains("batchSize is 8, and with distillation.start noise", Assert.Single(config.Validate()), StringComparison.Ordinal);
        Assert.Empty((config with { Training = config.Training with { BatchSize = 9 } }).Validate());
    }

    public void Dispose() => _folder.Dispose();

    private RunConfig Plan(int[] windows, Func<TrainingConfig, TrainingConfig>? change = null)
    {
        var plan = DistillationPlan.Create(_folder["teacher"], windows);
        var training = SmallRun.Config.Training with { InitialWeights = plan.Training.InitialWeights, StageShares = plan.Training.StageShares };
        return plan with { Data = plan.Data with { Source = SmallRun.Config.Data.Source }, Training = change?.Invoke(training) ?? training };
    }

    private static void SaveTeacher(string folder, DiffusionConfig diffusion, int seed = 30)
    {
        using var scope = NewDisposeScope();
        var model = SmallRun.Config.Model;
        var networks = Enumerable.Range(0, 2).Select(stage => RandomNetworks.Create(model.Transformer(stage), seed + stage)).ToArray();
        var manifest = new ModelManifest
        {
            FormatVersion = ModelManifest.CurrentFormat,
            Model = model,
            Diffusion = diffusion,
            Sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = 4, Guidance = new() { Scale = 1.5 } }, new StageSamplingConfig { Steps = 2 }] },
            Statistics = RandomModel.Statistics(model),
            ClassNames = ["circle", "square", "triangle", "cross"],
        };
        ModelFolder.Save(folder, manifest, [.. networks.Select(network => StateDictLoader.Extract(network))], ScalarType.Float32);
        foreach (var network in networks) network.Dispose();
    }

    private static SamplingConfig Steps(SamplingConfig sampling, params int[] steps) =>
        sampling with { Stages = [.. sampling.Stages.Zip(steps, (stage, n) => stage with { Steps = n })] };

    private static Tensor[] Sample(string folder, SamplingConfig sampling)
    {
        using var model = MsfModel.Load(folder, precision: ComputePrecision.Float32);
        return model.Sampler.SampleLevels(model.Request([.. Enumerable.Range(0, 32).Select(i => i % 4)], seed: 9) with { Sampling = sampling });
    }

    private static double[] Distances(Tensor[] truth, Tensor[] levels) => [.. truth.Zip(levels, (a, b) => (double)(a - b).pow(2).mean().item<float>())];
}
