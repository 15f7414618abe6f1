using Msf.Checkpoints;
using Msf.Training;

namespace Msf.Tests.Training;

/// <summary>Whatever goes wrong ends in one line, and what was saved before is still good.</summary>
[Collection(SequentialTraining.Name)]
public sealed class TrainingFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Divergence_stops_the_run_and_a_smaller_rate_goes_on_from_the_last_checkpoint(int limit)
    {
        SmallRun.TrainUntil(80, SmallRun.Config, _folder["run"]);
        var model = File.ReadAllText(_folder["run/model/model.json"]);
        var wild = SmallRun.With(training => training with { LearningRate = 1e30, NonFiniteLimit = limit });
        var error = Assert.Throws<InvalidDataException>(() => SmallRun.Train(wild, _folder["run"], resume: true));
        Assert.Matches("^stage [01] diverged after [0-9]+ images: loss .*--resume\\.$", error.Message);
        Assert.Equal(limit > 0, error.Message.Contains($"after {limit} skipped steps"));
        Assert.Equal([_folder["run/checkpoints/80"]], Directory.GetFileSystemEntries(_folder["run/checkpoints"]));
        Assert.Equal(model, File.ReadAllText(_folder["run/model/model.json"]));
        Assert.True(SmallRun.Train(SmallRun.Config, _folder["run"], resume: true).Completed);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_before_anything_is_measured()
    {
        File.WriteAllText(_folder["file"], "");
        var error = Assert.ThrowsAny<IOException>(() => SmallRun.Open(SmallRun.Config, _folder["file/run"]));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_leaves_the_earlier_ones()
    {
        SmallRun.TrainUntil(80, SmallRun.Config, _folder["run"]);
        File.WriteAllText(_folder["run/checkpoints/160"], "in the way");
        var error = Assert.Throws<IOException>(() => SmallRun.Train(SmallRun.Config, _folder["run"], resume: true));
        Assert.Contains(_folder["run/checkpoints/160"], error.Message);
        Assert.Empty(FolderDigests.FindProblems(_folder["run/checkpoints/80"]));
        File.Delete(_folder["run/checkpoints/160"]);
        Assert.True(SmallRun.Train(SmallRun.Config, _folder["run"], resume: true).Completed);
    }

    [Theory]
    [InlineData("index.html", true)]
    [InlineData("metrics.jsonl", true)]
    [InlineData("samples", false)]
    [InlineData("model", false)]
    [InlineData("checkpoints", false)]
    public void Whatever_cannot_be_written_ends_the_run_in_one_line_that_says_how_to_go_on(string inTheWay, bool folder)
    {
        var config = SmallRun.With(training => training with { SampleEveryImages = 80 });
        var whole = SmallRun.Train(config, _folder["whole"]);
        using (var trainer = SmallRun.Open(config, _folder["run"]))
        {
            if (folder) Directory.CreateDirectory(_folder[$"run/{inTheWay}"]);
            else File.WriteAllText(_folder[$"run/{inTheWay}"], "in the way");
            var error = Assert.Throws<IOException>(() => trainer.Train(cancellation: TestContext.Current.CancellationToken));
            Assert.Contains(inTheWay, error.Message);
            Assert.Contains("go on with --resume", error.Message);
            Assert.DoesNotContain('\n', error.Message);
        }
        if (folder) Directory.Delete(_folder[$"run/{inTheWay}"]);
        else File.Delete(_folder[$"run/{inTheWay}"]);
        var resumed = SmallRun.Train(config, _folder["run"], resume: true, _ => { });
        SmallRun.AssertSame(whole.Checkpoint, resumed.Checkpoint);
    }

    [Fact]
    public void A_configuration_that_cannot_be_written_is_told_at_once()
    {
        Directory.CreateDirectory(_folder["run/config.json"]);
        Assert.Contains("config.json", Assert.ThrowsAny<SystemException>(() => SmallRun.Open(SmallRun.Config, _folder["run"])).Message);
        Assert.Equal(["config.json"], Directory.GetFileSystemEntries(_folder["run"]).Select(Path.GetFileName));
    }

    [Fact]
    public void A_full_disk_under_the_metrics_leaves_the_checkpoints()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs a device that is always full");
        SmallRun.TrainUntil(80, SmallRun.Config, _folder["run"]);
        using (var trainer = SmallRun.Open(SmallRun.Config, _folder["run"], resume: true))
        {
            File.Delete(_folder["run/metrics.jsonl"]);
            File.CreateSymbolicLink(_folder["run/metrics.jsonl"], "/dev/full");
            Assert.StartsWith("No space left on device", Assert.Throws<IOException>(() => trainer.Train(cancellation: TestContext.Current.CancellationToken)).Message);
        }
        File.Delete(_folder["run/metrics.jsonl"]);
        Assert.Empty(FolderDigests.FindProblems(_folder["run/checkpoints/80"]));
        Assert.True(SmallRun.Train(SmallRun.Config, _folder["run"], resume: true).Completed);
    }

    [Fact]
    public void A_write_that_fails_in_the_background_ends_training_before_the_run_does()
    {
        using var trainer = SmallRun.Open(SmallRun.With(training => training with { MaxImages = 8_000 }), _folder["run"]);
        File.WriteAllText(_folder["run/checkpoints"], "in the way");
        Assert.Throws<IOException>(() => trainer.Train(cancellation: TestContext.Current.CancellationToken));
        Assert.InRange(trainer.Images, 80, 160);                                              // the second checkpoint waits for the first
    }

    [Fact]
    public void A_second_process_is_kept_out_while_one_trains_and_let_in_afterwards()
    {
        using (SmallRun.Open(SmallRun.Config, _folder["run"]))
        {
            var error = Assert.Throws<IOException>(() => SmallRun.Open(SmallRun.Config, _folder["run"], resume: true));
            Assert.Equal($"another process is training in {_folder["run"]}; wait for it or stop it first.", error.Message);
        }
        Assert.False(File.Exists(_folder["run/.lock"]));
        File.WriteAllText(_folder["run/.lock"], "");                                          // left by a process that was killed
        using var next = SmallRun.Open(SmallRun.Config, _folder["run"], resume: true, _ => { });
        Assert.Equal(0, next.Images);
    }

    [Fact]
    public void A_checkpoint_that_was_renamed_or_whose_list_was_shortened_is_passed_over()
    {
        SmallRun.Train(SmallRun.Config, _folder["run"]);
        Directory.Move(_folder["run/checkpoints/160"], _folder["run/checkpoints/200"]);
        var list = _folder["run/checkpoints/80/digests.json"];
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(list))!;
        Assert.True(json["files"]!.AsObject().Remove("stage1.safetensors"));
        File.WriteAllText(list, json.ToJsonString());
        var warnings = new List<string>();
        using var trainer = SmallRun.Open(SmallRun.Config, _folder["run"], resume: true, warnings.Add);
        Assert.Equal(0, trainer.Images);
        Assert.Equal(3, warnings.Count);
        Assert.Contains("200: skipped, damaged: state.json is of 160 images, which is another checkpoint", warnings[0]);
        Assert.Contains("80: skipped, damaged: digests.json says nothing of stage1.safetensors", warnings[1]);
    }

    [Fact]
    public void A_sheet_that_cannot_be_written_costs_no_training()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run/samples"], "in the way");
        var config = SmallRun.With(training => training with { SampleEveryImages = 80 });
        Assert.Contains("samples", Assert.ThrowsAny<IOException>(() => SmallRun.Train(config, _folder["run"])).Message);
        Assert.Empty(FolderDigests.FindProblems(_folder["run/checkpoints/80"]));
    }

    [Fact]
    public void A_whole_checkpoint_of_another_program_is_not_passed_over_in_silence()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        File.WriteAllText(_folder["run/checkpoints/8/state.json"], "{ \"images\": 8, \"novelty\": 1 }");
        FolderDigests.Write(_folder["run/checkpoints/8"]);
        var error = Assert.Throws<InvalidDataException>(() => SmallRun.Open(SmallRun.Config, _folder["run"], resume: true));
        Assert.Contains("novelty", error.Message);
        Assert.Contains("state.json", error.Message);
    }

    [Fact]
    public void A_configuration_that_is_wrong_or_does_not_fit_the_data_is_refused_before_the_folder_is_made()
    {
        Refuses(SmallRun.With(training => training with { BatchSize = 0, MaxImages = 0 }), "training: maxImages is 0", "training: batchSize is 0");
        Refuses(SmallRun.Config with { Model = SmallRun.Config.Model with { Classes = 3 } }, "3 classes", "4 (circle, square, triangle, cross)");
        Refuses(SmallRun.Config with { Model = SmallRun.Config.Model with { Size = [8, 16] } }, "8x16");
        Refuses(SmallRun.Config with { Model = SmallRun.Config.Model with { Channels = 4 } }, "4 channels", "latent cache");
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Weights_too_large_for_the_model_folder_leave_the_checkpoint_and_the_model_before()
    {
        SmallRun.TrainUntil(80, SmallRun.Config, _folder["run"]);
        var model = File.ReadAllText(_folder["run/model/model.json"]);
        var wild = SmallRun.With(training => training with { LearningRate = 1e6, WarmupImages = 0, MaxImages = 88, EmaHalfLifeImages = 1e-3 });
        var error = Assert.Throws<ArgumentException>(() => SmallRun.Train(wild, _folder["run"], resume: true));
        Assert.Contains("Float16", error.Message);
        Assert.Equal(model, File.ReadAllText(_folder["run/model/model.json"]));
    }

    public void Dispose() => _folder.Dispose();

    private void Refuses(RunConfig config, params string[] because)
    {
        var error = Assert.Throws<ArgumentException>(() => SmallRun.Open(config, _folder["run"]));
        Assert.All(because, part => Assert.Contains(part, error.Message));
        Assert.DoesNotContain('\n', error.Message);
    }
}
