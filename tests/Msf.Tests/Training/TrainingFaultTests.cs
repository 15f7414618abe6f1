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
        Assert.Matches("^stage [01] diverged after [0-9]+ images of its own: loss .*--resume\\.$", error.Message);
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
