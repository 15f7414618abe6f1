using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public sealed class AutoencoderTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void Killed_and_stopped_it_ends_as_if_nothing_had_happened(ComputePrecision precision)
    {
        var config = SmallAutoencoderRun.With(training => training with { Precision = precision });
        var whole = SmallAutoencoderRun.Train(config, _folder["whole"]);
        using (var killed = SmallAutoencoderRun.Open(config, _folder["run"]))
        {
            Assert.Throws<InvalidOperationException>(() => killed.Train(new SmallRun.Callback(progress =>
            {
                if (progress.Images >= 56) throw new InvalidOperationException("killed");
            }), TestContext.Current.CancellationToken));
        }
        using (var stopped = SmallAutoencoderRun.Open(config, _folder["run"], resume: true))
        using (var stop = new CancellationTokenSource())
        {
            Assert.Equal(40, stopped.Images);
            var result = stopped.Train(new SmallRun.Callback(progress => { if (progress.Images >= 64) stop.Cancel(); }), stop.Token);
            Assert.Equal((64, false), (result.Images, result.Completed));
        }
        var resumed = SmallAutoencoderRun.Train(config, _folder["run"], resume: true);
        SmallAutoencoderRun.AssertSame(whole.Checkpoint, resumed.Checkpoint);
        Assert.Equal(Lines("whole"), Lines("run"));
        foreach (var file in new[] { "autoencoder/autoencoder.safetensors", "samples/000000048.png", "samples/000000096.png" })
            Assert.Equal(FileDigest.Sha256(_folder[$"whole/{file}"]), FileDigest.Sha256(_folder[$"run/{file}"]));
    }

    [Fact]
    public void The_tiny_preset_learns_and_leaves_a_whole_run_folder()
    {
        var config = RunConfigReader.ReadAutoencoder("autoencoder-tiny", ["training.precision=float32", "training.maxImages=1024", "training.checkpointEveryImages=512"]);
        var result = SmallAutoencoderRun.Train(config, _folder["run"]);
        Assert.Equal((1024, true, _folder["run/autoencoder"]), (result.Images, result.Completed, result.Model));
        Assert.Equal(
            ["autoencoder", "checkpoints", "config.json", "index.html", "metrics.jsonl", "samples", "tensorboard"],
            Directory.GetFileSystemEntries(_folder["run"]).Select(Path.GetFileName).Order());
        Assert.Equal(["1024", "512"], Directory.GetDirectories(_folder["run/checkpoints"]).Select(Path.GetFileName).Order());
        Assert.Empty(FolderDigests.FindProblems(result.Checkpoint));
        Assert.Equal(JsonSerializer.Serialize(config, JsonFormat.Line), JsonSerializer.Serialize(RunConfigReader.ReadAutoencoder(_folder["run/config.json"], []), JsonFormat.Line));
        var lines = MetricsLog.Read(_folder["run/metrics.jsonl"]);
        Assert.Equal([256, 512, 768, 1024], lines.Select(line => line.Images));
        Assert.True(lines[^1].Loss < 0.8 * lines[0].Loss, $"from {lines[0].Loss} to {lines[^1].Loss}");
        Assert.True(lines[^1].Parts!["psnr"] > lines[0].Parts!["psnr"] + 1);
        Assert.Equal(["kl", "l1", "msSsim", "psnr"], lines[0].Parts!.Keys.Order());
        Assert.True(lines[^1].LiveTensors <= lines[0].LiveTensors, $"{lines[^1].LiveTensors} tensors, {lines[0].LiveTensors} before");
        Assert.Contains("Parts of the loss", File.ReadAllText(_folder["run/index.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_exported_is_the_average_and_its_normalised_latents_have_mean_0_and_deviation_1()
    {
        using var scope = NewDisposeScope();
        var result = SmallAutoencoderRun.Train(SmallAutoencoderRun.Config, _folder["run"]);
        using var autoencoder = AutoencoderFolder.Load(result.Model);
        Assert.Equal("small", AutoencoderFolder.ReadManifest(result.Model).Name);
        using var source = ImageSources.Open(SmallAutoencoderRun.Config.Data.Source!);
        using var batches = new ImageBatches(source, 16, new LoaderOptions());
        var distribution = autoencoder.Encode(batches.At([.. Enumerable.Range(0, 50)]).Images);
        var latents = Msf.Autoencoders.LatentScaling.Normalize(autoencoder.Config, distribution.Sample(randn_like(distribution.Mean)));
        Assert.Equal(0, latents.mean().item<float>(), 1);
        Assert.InRange(latents.std().item<float>(), 0.97, 1.03);
        var average = SafetensorsFile.ReadAll(Path.Combine(result.Checkpoint, "autoencoder.safetensors"))["average"];
        var exported = cat([.. new FlatParameters(autoencoder.Network!).Unflatten(new FlatParameters(autoencoder.Network!).Gather()).Values.Select(tensor => tensor.flatten())]);
        TensorAssert.Close(average, exported, 1e-3);                                          // float16 on disk
    }

    [Fact]
    public void The_adversary_begins_when_it_is_told_to_and_equivariance_comes_in_its_share_of_steps()
    {
        SmallAutoencoderRun.Train(SmallAutoencoderRun.Config, _folder["run"]);
        var lines = MetricsLog.Read(_folder["run/metrics.jsonl"]);
        foreach (var name in new[] { "adversarial", "discriminator", "adaptiveWeight" })
            Assert.Equal([false, false, true, true], lines.Select(line => line.Parts!.ContainsKey(name)));
        Assert.Contains(lines, line => line.Parts!.ContainsKey("equivariance"));
        Assert.InRange(lines[2].Parts!["discriminator"], 0.5, 1.5);
        Assert.True(lines[2].Parts!["adaptiveWeight"] > 0);
    }

    [Fact]
    public void Steps_that_are_not_finite_change_nothing_and_too_many_end_the_run()
    {
        using var scope = NewDisposeScope();
        using var learner = new AutoencoderLearner(SmallAutoencoderRun.With(training => training with { NonFiniteLimit = 1 }), CPU);
        using var generator = new Generator(3);
        var before = learner.Weights.State()["weights"].clone();
        var broken = full([8, 3, 16, 16], float.NaN);
        Assert.True(learner.Step(broken, generator).Skipped);
        Assert.True(TensorAssert.Identical(before, learner.Weights.State()["weights"]));
        Assert.Equal((8, 1, 1, 0), (learner.Images, learner.Skipped.Count, learner.Skipped.InARow, learner.Weights.Steps));
        Assert.Contains("diverged after 16 images", Assert.Throws<InvalidDataException>(() => learner.Step(broken, generator)).Message, StringComparison.Ordinal);
        Assert.False(learner.Step(zeros(8, 3, 16, 16), generator).Skipped);
        Assert.Equal(0, learner.Skipped.InARow);
    }

    [Fact]
    public void Steps_leave_the_number_of_tensors_as_it_was()
    {
        using var learner = new AutoencoderLearner(SmallAutoencoderRun.Config with { Loss = SmallAutoencoderRun.Config.Loss with { Discriminator = new() { Width = 8, Layers = 1 } } }, CPU);
        using var images = zeros(8, 3, 16, 16);
        LiveTensors.StayFlat(10, () =>
        {
            using var generator = new Generator(3);
            learner.Step(images, generator);
        });
    }

    [Fact]
    public void Another_architecture_is_refused_and_a_run_in_the_way_too()
    {
        SmallAutoencoderRun.Train(SmallAutoencoderRun.With(training => training with { MaxImages = 8 }), _folder["run"]);
        Assert.Contains("--resume", Assert.Throws<IOException>(() => SmallAutoencoderRun.Open(SmallAutoencoderRun.Config, _folder["run"])).Message, StringComparison.Ordinal);
        var other = SmallAutoencoderRun.Config with { Autoencoder = SmallAutoencoderRun.Config.Autoencoder with { Kl = SmallAutoencoderRun.Config.Autoencoder.Kl! with { Width = 16 } } };
        Assert.Contains("autoencoder.kl.width was 8 and is now 16", Assert.Throws<ArgumentException>(() => SmallAutoencoderRun.Open(other, _folder["run"], resume: true)).Message, StringComparison.Ordinal);
        var without = SmallAutoencoderRun.Config with { Loss = SmallAutoencoderRun.Config.Loss with { Discriminator = null } };
        Assert.Contains("loss.discriminator", Assert.Throws<ArgumentException>(() => SmallAutoencoderRun.Open(without, _folder["run"], resume: true)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string[] Lines(string run) =>
    [
        .. MetricsLog.Read(_folder[$"{run}/metrics.jsonl"])
            .Select(line => JsonSerializer.Serialize(line with { ImagesPerSecond = 0, LiveTensors = 0, ResidentBytes = 0 }, JsonFormat.Line)),
    ];
}
