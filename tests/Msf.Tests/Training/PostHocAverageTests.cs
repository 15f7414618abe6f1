using Msf.Checkpoints;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Averages tracked by a run, its snapshots, and models built from them.</summary>
[Collection(SequentialTraining.Name)]
public sealed class PostHocAverageTests : IDisposable
{
    private static readonly RunConfig _config = SmallRun.With(training => training with { PostHocEma = new PostHocEmaConfig { SnapshotEveryImages = 16 } });
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_resumed_run_has_the_averages_and_snapshots_of_an_uninterrupted_one()
    {
        SmallRun.Train(_config, _folder["whole"]);
        SmallRun.TrainUntil(72, _config, _folder["run"]);
        Directory.CreateDirectory(_folder["run/averages/152"]);                               // of a try that went further and was not saved
        SmallRun.Train(_config, _folder["run"], resume: true);
        SmallRun.AssertSame(_folder["whole/checkpoints/160"], _folder["run/checkpoints/160"]);
        Assert.Equal(Snapshots("whole"), Snapshots("run"));
        Assert.Equal(10, Snapshots("run").Length);
        Assert.All(Snapshots("run"), images => SmallRun.AssertSame(_folder[$"whole/averages/{images}"], _folder[$"run/averages/{images}"]));
        Assert.All(Snapshots("run"), images => Assert.Empty(FolderDigests.FindProblems(_folder[$"run/averages/{images}"])));
    }

    [Fact]
    public void A_width_that_was_tracked_gives_the_tracked_average()
    {
        using var scope = NewDisposeScope();
        SmallRun.Train(_config, _folder["run"]);
        var result = PostHocAverage.Write(new RunFolder(_folder["run"]), [0.10], null, _folder["out/model"]);
        Assert.Equal((160, 10), (result.Images, result.Snapshots));
        var tracked = SmallRun.Tensors(_folder["run/checkpoints/160"]);
        Compare(_folder["out/model"], stage => tracked[$"{stage}.postHocAverage1"], 1e-3);    // the model folder holds float16
    }

    [Fact]
    public void A_width_chosen_afterwards_gives_the_average_that_tracking_it_gives_also_from_the_middle_of_the_run()
    {
        using var scope = NewDisposeScope();
        SmallRun.Train(_config, _folder["run"]);
        SmallRun.Train(
            SmallRun.With(training => training with { PostHocEma = new PostHocEmaConfig { RelativeWidths = [0.07, 0.13], SnapshotEveryImages = 80 } }),
            _folder["direct"]);
        foreach (var (at, tolerance) in new[] { (80L, 3e-3), (160L, 1e-3) })
        {
            var result = PostHocAverage.Write(new RunFolder(_folder["run"]), [0.07, 0.13], at, _folder[$"model{at}"]);
            Assert.All(result.ProfileErrors, error => Assert.InRange(error, 1e-8, 0.1));
            var direct = SmallRun.Tensors(_folder[$"direct/averages/{at}"]);
            Compare(_folder[$"model{at}"], stage => direct[$"{stage}.postHoc:{stage}"], tolerance);
        }
    }

    [Fact]
    public void A_stage_that_was_not_trained_keeps_its_initial_weights()
    {
        using var scope = NewDisposeScope();
        SmallRun.Train(_config with { Training = _config.Training with { StageShares = [1, 0], MaxImages = 32 } }, _folder["run"]);
        PostHocAverage.Write(new RunFolder(_folder["run"]), [0.2], null, _folder["model"]);
        var initial = SmallRun.Tensors(_folder["run/checkpoints/32"]);
        using var network = ModelFolder.ReadStage(_folder["model"], ModelFolder.ReadManifest(_folder["model"]), 1);
        TensorAssert.Close(initial["1.weights"], new FlatParameters(network).Gather(), 1e-3);
    }

    [Fact]
    public void Skipped_steps_leave_the_averages_alone()
    {
        using var scope = NewDisposeScope();
        using var trainer = SmallRun.Open(_config, _folder["run"]);
        trainer.Step();
        var stage = trainer.Stages.Single(stage => stage.Images > 0);
        var before = stage.PostHocAverages.Select(average => average.Value.clone()).ToArray();
        using var generator = new Generator(1);
        Assert.True(stage.Step(full([8, 3, 4, 4], float.NaN), zeros(8, ScalarType.Int64), null, generator).Skipped);
        Assert.All(before.Zip(stage.PostHocAverages), pair => Assert.True(TensorAssert.Identical(pair.First, pair.Second.Value)));
    }

    [Fact]
    public void Going_on_with_other_widths_or_none_is_refused_in_one_line()
    {
        SmallRun.TrainUntil(8, _config, _folder["run"]);
        var others = new[] { null, new PostHocEmaConfig { RelativeWidths = [0.05, 0.2] } };
        foreach (var other in others)
        {
            var error = Assert.Throws<ArgumentException>(
                () => SmallRun.Open(SmallRun.With(training => training with { PostHocEma = other }), _folder["run"], resume: true));
            Assert.Contains("training.postHocEma.relativeWidths.1 was 0.1 and is now", error.Message);
        }
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["without"]);
        Assert.Contains("absent", Assert.Throws<ArgumentException>(() => SmallRun.Open(_config, _folder["without"], resume: true)).Message);
    }

    [Fact]
    public void What_cannot_be_built_gets_one_line()
    {
        SmallRun.Train(_config, _folder["run"]);
        var run = new RunFolder(_folder["run"]);
        Assert.Contains("expected above 0", Assert.Throws<ArgumentException>(() => PostHocAverage.Write(run, [0.5], null, _folder["model"])).Message);
        Assert.Contains("3 widths came for 2 stages", Assert.Throws<ArgumentException>(() => PostHocAverage.Write(run, [0.1, 0.1, 0.1], null, _folder["model"])).Message);
        Assert.Contains("choose one of 16, 32,", Assert.Throws<InvalidDataException>(() => PostHocAverage.Write(run, [0.1], 17, _folder["model"])).Message);
        Assert.Contains("training.postHocEma", Assert.Throws<DirectoryNotFoundException>(() => PostHocAverage.Write(new RunFolder(_folder["none"]), [0.1], null, _folder["model"])).Message);
        File.AppendAllText(_folder["run/averages/48/stage0.safetensors"], "x");
        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => PostHocAverage.Write(run, [0.1], null, _folder["model"])).Message);
        Assert.False(Directory.Exists(_folder["model"]));
        Assert.Equal(32, PostHocAverage.Write(run, [0.1], 32, _folder["model"]).Images);      // the damaged one is not needed
    }

    public void Dispose() => _folder.Dispose();

    private string[] Snapshots(string run) => [.. Directory.GetDirectories(_folder[$"{run}/averages"]).Select(folder => Path.GetFileName(folder)).Order()];

    private static void Compare(string model, Func<int, Tensor> expected, double relative)
    {
        var (manifest, networks) = ModelFolder.Read(model);
        for (var stage = 0; stage < networks.Length; stage++)
            TensorAssert.Close(expected(stage), new FlatParameters(networks[stage]).Gather(), relative, $"{manifest.Model.Name} stage {stage} built afterwards");
        foreach (var network in networks) network.Dispose();
    }
}
