using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>However a run is interrupted, it ends with the bits of the run that never was: weights, moments, average, model and metrics.</summary>
[Collection(SequentialTraining.Name)]
public sealed class ExactResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _threads = get_num_threads();

    [Theory]
    [InlineData(1, ComputePrecision.Float32)]
    [InlineData(2, ComputePrecision.Float32)]
    [InlineData(1, ComputePrecision.BFloat16)]
    [InlineData(2, ComputePrecision.BFloat16)]
    public void Killed_twice_and_stopped_once_it_ends_as_if_nothing_had_happened(int threads, ComputePrecision precision)
    {
        set_num_threads(threads);
        // Lines of metrics, checkpoints, snapshots and sheets at different places, so that each is met by an interruption.
        var config = SmallRun.With(training => training with
        {
            Precision = precision,
            LogEveryImages = 24,
            CheckpointEveryImages = 40,
            SampleEveryImages = 80,
            Schedule = LearningRateSchedule.Cosine,
            Accumulate = 2,
            PostHocEma = new PostHocEmaConfig { SnapshotEveryImages = 56 },
        });
        config = config with { Data = config.Data with { HorizontalFlip = true } };
        var whole = SmallRun.Train(config, _folder["whole"]);

        Kill(72, config, resume: false);
        Assert.Equal(["40"], Checkpoints());
        Kill(96, config, resume: true);
        Assert.Equal(["40", "80"], Checkpoints());
        Assert.Equal(104, SmallRun.TrainUntil(104, config, _folder["run"], resume: true).Images);
        var resumed = SmallRun.Train(config, _folder["run"], resume: true);

        SmallRun.AssertSame(whole.Checkpoint, resumed.Checkpoint);
        Assert.All([0, 1], stage => Assert.Equal(StageDigest("whole", stage), StageDigest("run", stage)));
        Assert.Equal(Lines("whole"), Lines("run"));
        Assert.Equal(["112", "160", "56"], Directory.GetDirectories(_folder["run/averages"]).Select(Path.GetFileName).Order());
        Assert.All(["56", "112", "160"], images => SmallRun.AssertSame(_folder[$"whole/averages/{images}"], _folder[$"run/averages/{images}"]));
        Assert.Equal(Directory.GetFiles(_folder["whole/samples"]).Select(FileDigest.Sha256), Directory.GetFiles(_folder["run/samples"]).Select(FileDigest.Sha256));
    }

    [Fact]
    public void A_sheet_that_a_kill_prevented_is_drawn_on_resume()
    {
        var config = SmallRun.With(training => training with { SampleEveryImages = 80 });
        SmallRun.Train(config, _folder["whole"]);
        SmallRun.TrainUntil(80, config, _folder["run"]);                                      // saves at 80, and is stopped before the sheet is drawn
        Assert.False(File.Exists(_folder["run/samples/000000080.png"]));
        SmallRun.Train(config, _folder["run"], resume: true);
        Assert.All(["80", "160"], images => Assert.Equal(
            FileDigest.Sha256(_folder[$"whole/samples/000000{images.PadLeft(3, '0')}.png"]), FileDigest.Sha256(_folder[$"run/samples/000000{images.PadLeft(3, '0')}.png"])));
    }

    [Fact]
    public void Other_threads_another_precision_or_program_are_told_in_one_line()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        set_num_threads(2);
        var warnings = new List<string>();
        using (SmallRun.Open(SmallRun.With(training => training with { Precision = ComputePrecision.BFloat16 }), _folder["run"], resume: true, warnings.Add)) { }
        Assert.Equal("the run goes on, but not bit for bit as if it had never stopped: precision fp32 before, bf16 now; threads 1 before, 2 now.", Assert.Single(warnings));
    }

    [Fact]
    public void Everything_that_makes_other_bits_is_compared()
    {
        var now = RunEnvironment.Current(CPU, ComputePrecision.Float32);
        Assert.Equal((get_num_threads(), "cpu", Libtorch.Report.Version), (now.Threads, now.Device, now.Libtorch));
        Assert.Matches(@"^Msf [0-9]+\.[0-9]+\.[0-9]+", now.Program);
        Assert.Empty(now.DifferencesFrom(RunEnvironment.Current(CPU, ComputePrecision.Float32)));
        var before = new RunEnvironment { Program = "Msf 0.0.1", Libtorch = "1.0", Threads = 64, Device = "cuda" };
        Assert.Equal(
            [$"program Msf 0.0.1 before, {now.Program} now", $"libtorch 1.0 before, {now.Libtorch} now", $"threads 64 before, {now.Threads} now", "device cuda before, cpu now"],
            now.DifferencesFrom(before));
        Assert.Equal(
            ["float32 products linear before, convolution now"],
            (now with { Float32Product = ProductRoute.Convolution }).DifferencesFrom(now with { Float32Product = ProductRoute.Linear }));
        Assert.Null(RunEnvironment.Current(CPU, ComputePrecision.BFloat16).Float32Product);
    }

    public void Dispose()
    {
        set_num_threads(_threads);
        _folder.Dispose();
    }

    /// <summary>Ends a run between two steps, with no chance to save.</summary>
    private void Kill(long images, RunConfig config, bool resume)
    {
        using var trainer = SmallRun.Open(config, _folder["run"], resume);
        Assert.Throws<InvalidOperationException>(() => trainer.Train(new SmallRun.Callback(progress =>
        {
            if (progress.Images >= images) throw new InvalidOperationException("killed");
        })));
    }

    private IEnumerable<string?> Checkpoints() => Directory.GetDirectories(_folder["run/checkpoints"]).Select(Path.GetFileName).Order();

    private string StageDigest(string run, int stage) => FileDigest.Sha256(_folder[$"{run}/model/{ModelFolder.StageName(stage)}"]);

    // As text, since lines hold lists. Rates and memory differ, and the tensors alive: a resumed run has not made those of a checkpoint before.
    private string[] Lines(string run) =>
    [
        .. MetricsLog.Read(_folder[$"{run}/metrics.jsonl"])
            .Select(line => JsonSerializer.Serialize(line with { ImagesPerSecond = 0, LiveTensors = 0, ResidentBytes = 0 }, JsonFormat.Line)),
    ];
}
