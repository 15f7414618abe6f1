using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public sealed class ClassifierTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void Killed_and_stopped_it_ends_as_if_nothing_had_happened(ComputePrecision precision)
    {
        var config = SmallClassifierRun.Config with { Training = SmallClassifierRun.Config.Training with { Precision = precision } };
        var whole = SmallClassifierRun.Train(config, _folder["whole"]);
        using (var killed = SmallClassifierRun.Open(config, _folder["run"]))
        {
            Assert.Throws<InvalidOperationException>(() => killed.Train(new SmallRun.Callback(progress =>
            {
                if (progress.Images >= 56) throw new InvalidOperationException("killed");
            }), TestContext.Current.CancellationToken));
        }
        using (var stopped = SmallClassifierRun.Open(config, _folder["run"], resume: true))
        using (var stop = new CancellationTokenSource())
        {
            Assert.Equal(40, stopped.Images);
            var result = stopped.Train(new SmallRun.Callback(progress => { if (progress.Images >= 64) stop.Cancel(); }), stop.Token);
            Assert.Equal((64, false), (result.Images, result.Completed));
        }
        var resumed = SmallClassifierRun.Train(config, _folder["run"], resume: true);
        SmallClassifierRun.AssertSame(whole.Checkpoint, resumed.Checkpoint);
        Assert.Equal(Lines("whole"), Lines("run"));
        Assert.Equal(FileDigest.Sha256(Path.Combine(whole.Model, ClassifierFolder.WeightsName)), FileDigest.Sha256(Path.Combine(resumed.Model, ClassifierFolder.WeightsName)));
    }

    [Fact]
    public void A_sheet_that_a_killed_run_did_not_draw_is_drawn_when_it_goes_on()
    {
        SmallClassifierRun.Train(SmallClassifierRun.Config, _folder["run"]);
        var sheet = Directory.GetFiles(_folder["run/samples"]).Max()!;
        var drawn = File.ReadAllBytes(sheet);
        File.Delete(sheet);
        SmallClassifierRun.Train(SmallClassifierRun.Config, _folder["run"], resume: true);
        Assert.Equal(drawn, File.ReadAllBytes(sheet));
    }

    [Fact]
    public void The_tiny_preset_learns_to_tell_shapes_that_it_has_not_seen()
    {
        var config = RunConfigReader.ReadClassifier("classifier-tiny", ["training.precision=float32"]);
        var result = SmallClassifierRun.Train(config, _folder["run"]);
        Assert.True(result.Completed);
        var lines = MetricsLog.Read(_folder["run/metrics.jsonl"]);
        Assert.True(lines[^1].Loss < 0.6 * lines[0].Loss, $"from {lines[0].Loss} to {lines[^1].Loss}");
        Assert.Equal([false, false, false, true, false, false, false, true], lines.Select(line => line.Parts!.ContainsKey("heldOutAccuracy")));
        Assert.True(lines[^1].LiveTensors <= lines[0].LiveTensors, $"{lines[^1].LiveTensors} tensors, {lines[0].LiveTensors} before");
        var manifest = ClassifierFolder.ReadManifest(result.Model);
        Assert.InRange(manifest.HeldOutAccuracy, 0.9, 1);
        Assert.Equal((manifest.HeldOutAccuracy, 104), (manifest.HeldOut.Accuracy, manifest.HeldOut.Count));
        Assert.Equal(manifest.HeldOutAccuracy, lines[^1].Parts!["heldOutAccuracy"]);
        Assert.Equal(["checkpoints", "config.json", "index.html", "metrics.jsonl", "model", "samples", "tensorboard"], Directory.GetFileSystemEntries(_folder["run"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_is_written_tells_held_out_images_as_the_manifest_says()
    {
        using var scope = NewDisposeScope();
        var config = RunConfigReader.ReadClassifier("classifier-tiny", ["training.precision=float32", "training.maxImages=2048"]);
        var result = SmallClassifierRun.Train(config, _folder["run"]);
        var (manifest, network) = ClassifierFolder.Load(result.Model);
        using (network)
        using (var source = ImageSources.Open(config.Data.Source!))
        using (no_grad())
        {
            var split = HeldOutSplit.Of(source, 0.2, null, config.Training.Seed);
            using var batches = new ImageBatches(split.HeldOut, 16, new LoaderOptions { Threads = 0 });
            using var batch = batches.At([.. Enumerable.Range(0, batches.Count)]);
            var right = network.call(batch.Images).argmax(1).eq(batch.Labels).sum().item<long>();
            Assert.InRange(right - manifest.HeldOut.Classes.Sum(c => c.Right), -1, 1);        // float16 on disk
            TensorAssert.Close(network.call(batch.Images), network.Logits(network.Features(batch.Images)), 1e-6);
        }
    }

    [Fact]
    public void Steps_that_are_not_finite_change_nothing_and_too_many_end_the_run()
    {
        using var scope = NewDisposeScope();
        using var learner = new ClassifierLearner(SmallClassifierRun.Config with { Training = SmallClassifierRun.Config.Training with { NonFiniteLimit = 1 } }, CPU);
        var (broken, labels) = (full([8, 3, 16, 16], float.NaN), zeros([8], ScalarType.Int64));
        var before = learner.Weights.State()["weights"].clone();
        Assert.True(learner.Step(broken, labels).Skipped);
        Assert.True(TensorAssert.Identical(before, learner.Weights.State()["weights"]));
        Assert.Contains("diverged after 16 images", Assert.Throws<InvalidDataException>(() => learner.Step(broken, labels)).Message, StringComparison.Ordinal);
        Assert.False(learner.Step(zeros(8, 3, 16, 16), labels).Skipped);
    }

    [Fact]
    public void Without_smoothing_the_loss_of_an_even_guess_is_the_logarithm_of_the_classes()
    {
        using var scope = NewDisposeScope();
        foreach (var smoothing in new[] { 0, 0.5 })
        {
            using var learner = new ClassifierLearner(SmallClassifierRun.Config with { LabelSmoothing = smoothing }, CPU);
            using (no_grad()) foreach (var (name, parameter) in learner.Network.named_parameters())
                if (name.StartsWith("head", StringComparison.Ordinal)) parameter.zero_();
            Assert.Equal(Math.Log(4), learner.Step(randn(8, 3, 16, 16), zeros([8], ScalarType.Int64)).Loss, 5);
        }
    }

    [Fact]
    public void Another_architecture_other_classes_and_a_run_in_the_way_are_refused()
    {
        SmallClassifierRun.Train(SmallClassifierRun.Config with { Training = SmallClassifierRun.Config.Training with { MaxImages = 8 } }, _folder["run"]);
        Assert.Contains("--resume", Assert.Throws<IOException>(() => SmallClassifierRun.Open(SmallClassifierRun.Config, _folder["run"])).Message, StringComparison.Ordinal);
        void Refuses(string expected, ClassifierRunConfig other) =>
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => SmallClassifierRun.Open(other, _folder["run"], resume: true)).Message, StringComparison.Ordinal);
        Refuses("classifier.blocks was 1 and is now 2", SmallClassifierRun.Config with { Classifier = SmallClassifierRun.Config.Classifier with { Blocks = 2 } });
        Refuses("heldOut.share was 0.25 and is now 0.5", SmallClassifierRun.Config with { HeldOut = new HeldOutConfig { Share = 0.5 } });
        Refuses("training.seed was 5 and is now 6", SmallClassifierRun.Config with { Training = SmallClassifierRun.Config.Training with { Seed = 6 } });
        Refuses("has 4 classes, the configuration 3", SmallClassifierRun.Config with { Classifier = SmallClassifierRun.Config.Classifier with { Classes = 3 } });
    }

    public void Dispose() => _folder.Dispose();

    private string[] Lines(string run) =>
    [
        .. MetricsLog.Read(_folder[$"{run}/metrics.jsonl"])
            .Select(line => JsonSerializer.Serialize(line with { ImagesPerSecond = 0, LiveTensors = 0, ResidentBytes = 0 }, JsonFormat.Line)),
    ];
}
