using System.Text.Json.Nodes;
using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Tests.Training;

/// <summary>The reference run, 160 images in one go, is trained once; what was interrupted must end where it ended.</summary>
[Collection(SequentialTraining.Name)]
public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    [Theory]
    [InlineData(8)]
    [InlineData(56)]
    [InlineData(80)]
    public void A_cancelled_run_ends_where_an_uninterrupted_one_ends_bit_for_bit(int cancelledAt)
    {
        var config = SmallRun.With(training => training with { SampleEveryImages = 160, Schedule = LearningRateSchedule.Cosine });
        var whole = SmallRun.Train(config, _folder["whole"]);
        var stopped = SmallRun.TrainUntil(cancelledAt, config, _folder["run"]);
        Assert.Equal((cancelledAt, false, _folder[$"run/checkpoints/{cancelledAt}"]), (stopped.Images, stopped.Completed, stopped.Checkpoint));
        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(config, _folder["run"], resume: true).Checkpoint);
        Assert.Equal(File.ReadAllBytes(_folder["whole/samples/000000160.png"]), File.ReadAllBytes(_folder["run/samples/000000160.png"]));
        Assert.Equal(
            Enumerable.Range(0, 2).Select(stage => FileDigest.Sha256(_folder[$"whole/model/stage{stage}.safetensors"])),
            Enumerable.Range(0, 2).Select(stage => FileDigest.Sha256(_folder[$"run/model/stage{stage}.safetensors"])));
    }

    [Fact]
    public void A_run_killed_while_saving_goes_on_from_the_newest_good_checkpoint_with_a_warning()
    {
        var whole = SmallRun.Train(SmallRun.Config, _folder["whole"]);
        SmallRun.Train(SmallRun.Config, _folder["run"]);
        Flip(_folder["run/checkpoints/160/stage1.safetensors"]);
        foreach (var half in new[] { "run/checkpoints/240.tmp-01234567", "run/model.tmp-01234567" })
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(_folder[half]).FullName, "stage0.safetensors"), "half");
        File.AppendAllText(_folder["run/metrics.jsonl"], "{\"step\":21,\"ima");

        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(SmallRun.Config, _folder["run"], resume: true, _warnings.Add).Checkpoint);
        Assert.Contains("stage1.safetensors", Assert.Single(_warnings));
        Assert.Contains(_folder["run/checkpoints/160"], _warnings[0]);
        Assert.Equal(["160", "80"], Directory.GetDirectories(_folder["run/checkpoints"]).Select(Path.GetFileName).Order());
        Assert.False(Directory.Exists(_folder["run/model.tmp-01234567"]));
        Assert.Equal(Losses("whole"), Losses("run"));
    }

    [Fact]
    public void Without_a_good_checkpoint_the_run_starts_over_and_says_so()
    {
        var whole = SmallRun.Train(SmallRun.Config, _folder["whole"]);
        SmallRun.Train(SmallRun.Config, _folder["run"]);
        foreach (var checkpoint in new[] { 80, 160 }) File.Delete(_folder[$"run/checkpoints/{checkpoint}/state.json"]);
        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(SmallRun.Config, _folder["run"], resume: true, _warnings.Add).Checkpoint);
        Assert.Equal(3, _warnings.Count);
        Assert.Contains("starting from the beginning", _warnings[2]);
        Assert.Equal(Losses("whole"), Losses("run"));
    }

    [Fact]
    public void A_completed_run_goes_on_when_it_is_made_longer_and_else_does_nothing()
    {
        var whole = SmallRun.Train(SmallRun.With(training => training with { MaxImages = 240 }), _folder["whole"]);
        SmallRun.Train(SmallRun.Config, _folder["run"]);
        var again = SmallRun.Train(SmallRun.Config, _folder["run"], resume: true);
        Assert.Equal((160, true, _folder["run/checkpoints/160"]), (again.Images, again.Completed, again.Checkpoint));
        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(SmallRun.With(training => training with { MaxImages = 240 }), _folder["run"], resume: true).Checkpoint);
    }

    [Fact]
    public void Another_architecture_is_refused_in_one_line_that_names_what_differs_and_the_run_is_left_alone()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        var before = File.ReadAllText(_folder["run/config.json"]);
        var stages = SmallRun.Config.Model.Stages;
        var wider = SmallRun.Config with { Model = SmallRun.Config.Model with { Stages = [stages[0], stages[1] with { Width = 32 }] } };
        var error = Assert.Throws<ArgumentException>(() => SmallRun.Open(wider, _folder["run"], resume: true));
        Assert.Contains("model.stages.1.width was 16 and is now 32", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before, File.ReadAllText(_folder["run/config.json"]));
    }

    [Fact]
    public void What_leaves_the_number_of_weights_alone_and_changes_their_meaning_is_refused_too()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        var config = SmallRun.Config;
        StageConfig[] stages = [config.Model.Stages[0] with { Heads = 4 }, config.Model.Stages[1]];
        Refuses(config with { Model = config.Model with { Stages = stages } }, "model.stages.0.heads");
        Refuses(config with { Diffusion = config.Diffusion with { Prediction = Msf.Diffusion.PredictionKind.Data } }, "diffusion.prediction");
        Refuses(config with { Data = config.Data with { Classes = ["cross", "circle", "square", "triangle"] } }, "circle, square, triangle, cross");
        void Refuses(RunConfig other, string because) =>
            Assert.Contains(because, Assert.Throws<ArgumentException>(() => SmallRun.Open(other, _folder["run"], resume: true)).Message);
    }

    [Fact]
    public void Another_name_rate_or_number_of_images_is_accepted_the_last_with_a_warning()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        var config = SmallRun.With(training => training with { LearningRate = 1e-4 });
        config = config with { Model = config.Model with { Name = "other" }, Data = new DataConfig { Source = "synthetic:shapes?size=8&count=60" } };
        using var trainer = SmallRun.Open(config, _folder["run"], resume: true, _warnings.Add);
        Assert.Equal(8, trainer.Images);
        Assert.Contains("60 images, the run was trained on 50", Assert.Single(_warnings));
    }

    [Fact]
    public void An_existing_run_is_not_trained_over()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        Assert.Contains("--resume", Assert.Throws<IOException>(() => SmallRun.Open(SmallRun.Config, _folder["run"])).Message);
        File.Delete(_folder["run/config.json"]);
        Assert.Throws<IOException>(() => SmallRun.Open(SmallRun.Config, _folder["run"]));
    }

    [Fact]
    public void Precision_left_to_choice_is_chosen_once_for_the_whole_run()
    {
        var automatic = SmallRun.With(training => training with { Precision = ComputePrecision.Auto, MaxImages = 16 });
        SmallRun.TrainUntil(8, SmallRun.With(training => training with { Precision = ComputePrecision.BFloat16 }), _folder["run"]);
        using (var trainer = SmallRun.Open(automatic, _folder["run"], resume: true)) Assert.Equal(ComputePrecision.BFloat16, trainer.Precision);
        using var fresh = SmallRun.Open(automatic, _folder["fresh"]);
        Assert.Equal(fresh.Precision, RunConfigReader.Read(_folder["fresh/config.json"], []).Training.Precision);
    }

    [Fact]
    public void Checkpoints_from_before_classes_and_images_were_noted_are_accepted()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        var path = _folder["run/checkpoints/8/state.json"];
        var state = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        Assert.True(state.Remove("classNames") && state.Remove("sourceImages"));
        File.WriteAllText(path, state.ToJsonString());
        FolderDigests.Write(_folder["run/checkpoints/8"]);
        Assert.Equal(160, SmallRun.Train(SmallRun.Config, _folder["run"], resume: true).Images);
    }

    public void Dispose() => _folder.Dispose();

    private (int, long, double)[] Losses(string run) =>
        [.. MetricsLog.Read(_folder[$"{run}/metrics.jsonl"]).Select(line => (line.Stage, line.Images, line.Loss!.Value))];

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^5] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
