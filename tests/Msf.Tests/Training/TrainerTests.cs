using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Factorization;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public class TrainerTests
{
    [Fact]
    public void The_tiny_preset_learns_in_both_stages_and_leaves_a_whole_run_folder()
    {
        using var folder = new TemporaryFolder();
        var config = RunConfigReader.Read("tiny", ["training.precision=float32", "training.stageShares=[0.5,0.5]", "training.learningRate=3e-3"]);
        var result = SmallRun.Train(config, folder["run"]);
        Assert.Equal((4096, true), (result.Images, result.Completed));
        Assert.Equal(
            ["checkpoints", "config.json", "index.html", "metrics.jsonl", "model", "samples", "tensorboard"],
            Directory.GetFileSystemEntries(folder["run"]).Select(Path.GetFileName).Order());
        Assert.Equal(["2048", "4096"], Directory.GetDirectories(folder["run/checkpoints"]).Select(Path.GetFileName).Order());
        Assert.Equal(folder["run/checkpoints/4096"], result.Checkpoint);
        Assert.Empty(FolderDigests.FindProblems(result.Checkpoint));
        Assert.Equal(["000002048.png", "000004096.png"], Directory.GetFiles(folder["run/samples"]).Select(Path.GetFileName).Order());
        Assert.InRange(ImageDecoder.Decode(folder["run/samples/000004096.png"]).Width, 4 * 16, 5 * 16);   // four classes in a row, and gaps
        Assert.Equal(JsonSerializer.Serialize(config, JsonFormat.Line), JsonSerializer.Serialize(RunConfigReader.Read(folder["run/config.json"], []), JsonFormat.Line));

        var lines = Metrics(folder["run"]);
        foreach (var stage in new[] { 0, 1 })
        {
            var losses = lines.Where(line => line.Stage == stage).Select(line => line.Loss!.Value).ToArray();
            Assert.Equal(8, losses.Length);
            Assert.True(losses[^2..].Average() < 0.9 * losses[..2].Average(), $"stage {stage}: {string.Join(" ", losses.Select(loss => $"{loss:F3}"))}");
        }
        Assert.Equal([512, 1024, 1536, 2048, 2560, 3072, 3584, 4096], lines.Select(line => line.Images).Distinct());
        Assert.All(lines, line => Assert.Equal(line.Images, 32 * line.Step));
        Assert.All(lines, line => Assert.True(line.ImagesPerSecond > 0 && line.GradientNorm > 0 && line.LearningRate > 0));
        Assert.All(lines, line => Assert.True(line.LiveTensors <= lines[0].LiveTensors));     // two sample sheets and two checkpoints lie between

        using var model = MsfModel.Load(folder["run/model"], precision: ComputePrecision.Float32);
        var training = model.Manifest.Training!;
        Assert.Equal(4096, training.ImagesPerStage.Sum());
        Assert.Equal("fp32", training.Precision);
        Assert.Equal(["circle", "square", "triangle", "cross"], model.Manifest.ClassNames);
        Assert.Equal(new ComputeShares(config.Model, config.Training).TrainingMultiplyAdds(training.ImagesPerStage), training.TrainingMultiplyAdds);
    }

    [Fact]
    public void A_model_with_a_learned_variance_trains_as_one_without()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRun.Config with { Model = SmallRun.Config.Model with { LearnSigma = true }, Training = SmallRun.Config.Training with { MaxImages = 32, SampleEveryImages = 32, LogEveryImages = 32 } };
        Assert.True(SmallRun.Train(config, folder["run"]).Completed);
        var without = SmallRun.Train(config with { Model = SmallRun.Config.Model }, folder["without"]);
        Assert.True(without.Completed);
        Assert.All(Metrics(folder["run"]), line => Assert.True(double.IsFinite(line.Loss!.Value)));
        Assert.Equal(Metrics(folder["without"])[0].Loss!.Value, Metrics(folder["run"])[0].Loss!.Value, 0.5);
    }

    [Fact]
    public void A_run_without_an_end_in_sight_goes_on_all_the_same()
    {
        using var folder = new TemporaryFolder();
        var result = SmallRun.TrainUntil(16, SmallRun.With(training => training with { MaxImages = long.MaxValue }), folder["run"]);
        Assert.Equal((16, false), (result.Images, result.Completed));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_stage_is_trained_alone_and_the_other_stays_as_it_was(int alone)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var config = SmallRun.With(training => training with { MaxImages = 40, StageShares = alone == 0 ? [1, 0] : [0, 1] });
        using (var untrained = SmallRun.Open(config, folder["untrained"])) untrained.Train(cancellation: new CancellationToken(canceled: true));
        var initial = SmallRun.Tensors(folder["untrained/checkpoints/0"]);
        var trained = SmallRun.Tensors(SmallRun.Train(config, folder["run"]).Checkpoint);
        Assert.All(initial.Where(pair => !pair.Key.EndsWith("lossByTime", StringComparison.Ordinal) && !pair.Key.Contains("fixed:")), pair => Assert.Equal(!pair.Key.StartsWith($"{alone}."), TensorAssert.Identical(pair.Value, trained[pair.Key])));
        Assert.All(Metrics(folder["run"]), line => Assert.Equal(alone, line.Stage));
        Assert.Equal(alone == 0 ? [40, 0] : [0, 40], ModelFolder.ReadManifest(folder["run/model"]).Training!.ImagesPerStage);
    }

    [Fact]
    public void The_last_batch_is_whole_and_time_left_is_never_negative()
    {
        using var folder = new TemporaryFolder();
        var seen = new List<TrainingProgress>();
        using var trainer = SmallRun.Open(SmallRun.With(training => training with { MaxImages = 20 }), folder["run"]);
        var result = trainer.Train(new SmallRun.Callback(seen.Add), TestContext.Current.CancellationToken);
        Assert.Equal((24, true), (result.Images, result.Completed));
        Assert.Equal(folder["run/checkpoints/24"], result.Checkpoint);
        Assert.Equal([8, 16, 24], seen.Select(progress => progress.Images));
        Assert.All(seen, progress => Assert.True(progress.Remaining >= TimeSpan.Zero && progress.ImagesPerSecond > 0));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_or_flips_another()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var config = SmallRun.With(training => training with { MaxImages = 32 });
        var first = SmallRun.Train(config, folder["first"]).Checkpoint;
        SmallRun.AssertSame(first, SmallRun.Train(config, folder["again"]).Checkpoint);
        var weights = SmallRun.Tensors(first)["0.weights"];
        RunConfig[] others = [config with { Data = config.Data with { HorizontalFlip = true } }, config with { Training = config.Training with { Seed = 6 } }];
        foreach (var other in others)
        {
            var changed = SmallRun.Tensors(SmallRun.Train(other, folder[$"other{Array.IndexOf(others, other)}"]).Checkpoint)["0.weights"];
            Assert.False(TensorAssert.Identical(weights, changed));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_statistics_of_training_travel_with_checkpoint_and_model(bool standardize)
    {
        using var folder = new TemporaryFolder();
        var config = SmallRun.With(training => training with { MaxImages = 8 });
        config = config with { Model = config.Model with { Factorization = new FactorizationConfig { Standardize = standardize } } };
        SmallRun.Train(config, folder["run"]);
        using var source = ImageSources.Open(config.Data.Source!);
        var expected = standardize
            ? DataStatistics.Measure(new ImageBatches(source, 8), new MultiScaleFactorization(config.Model.Factorization), 3)
            : ComponentStatistics.Identity(2, 3);
        var state = JsonFormat.Parse<TrainingState>(File.ReadAllText(folder["run/checkpoints/8/state.json"]), "state");
        foreach (var stored in new[] { state.Statistics, ModelFolder.ReadManifest(folder["run/model"]).Statistics })
            Assert.Equal(JsonSerializer.Serialize(expected, JsonFormat.Line), JsonSerializer.Serialize(stored, JsonFormat.Line));
        Assert.Equal(standardize, state.Statistics.Components[1].StandardDeviation[0] < 0.9);
    }

    [Fact]
    public void The_model_says_the_name_of_its_data_and_not_where_they_lay()
    {
        using var folder = new TemporaryFolder();
        var images = Directory.CreateDirectory(folder["private/pets"]).FullName;
        foreach (var (name, i) in new[] { "cat", "dog", "eel", "fox" }.Select((name, i) => (name, i)))
        {
            Directory.CreateDirectory(Path.Combine(images, name));
            PngFile.Write(Path.Combine(images, name, "1.png"), new SyntheticImageSource(8).Read(i).Image);
        }
        SmallRun.Train(SmallRun.With(training => training with { MaxImages = 8 }) with { Data = new DataConfig { Source = images } }, folder["run"]);
        Assert.Equal("pets", ModelFolder.ReadManifest(folder["run/model"]).Training!.Data);
        Assert.DoesNotContain(folder.Root, File.ReadAllText(folder["run/model/model.json"]));
    }

    private static MetricsLine[] Metrics(string run) =>
        [.. MetricsLog.Read(Path.Combine(run, "metrics.jsonl"))];
}
