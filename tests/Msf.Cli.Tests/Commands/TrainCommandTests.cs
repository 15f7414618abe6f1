using System.Text.Json;

namespace Msf.Cli.Tests.Commands;

public sealed class TrainCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void Json_names_run_images_seconds_checkpoint_and_model()
    {
        Assert.Equal(ExitCode.Done, tiny.Training.Code);
        var report = JsonDocument.Parse(tiny.Training.Out).RootElement;
        Assert.Equal(256, report.GetProperty("images").GetInt64());
        Assert.True(report.GetProperty("seconds").GetDouble() > 0);
        Assert.True(Directory.Exists(report.GetProperty("run").GetString()));
        Assert.True(File.Exists(Path.Combine(report.GetProperty("checkpoint").GetString()!, "state.json")));
        Assert.True(File.Exists(Path.Combine(report.GetProperty("model").GetString()!, "model.json")));
    }

    [Fact]
    public async Task An_existing_run_is_refused_without_resume_and_continued_with_it()
    {
        var refused = await CommandLineRun.Of("train", "--config", "tiny", "--out", tiny.Run);
        Assert.Equal(ExitCode.Failed, refused.Code);
        Assert.Contains("--resume", refused.Error, StringComparison.Ordinal);

        var copy = Path.Combine(tiny.Root, "copy");
        CopyFolder(tiny.Run, copy);
        var resumed = await CommandLineRun.Of("train", "--config", "tiny", "--out", copy, "--max-images", "320", "--resume", "--json");
        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Contains("from image 256 to 320", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(320, JsonDocument.Parse(resumed.Out).RootElement.GetProperty("images").GetInt64());
    }

    [Fact]
    public async Task A_dry_run_prints_the_resolved_configuration_and_trains_nothing()
    {
        var run = await CommandLineRun.Of("train", "--config", "tiny", "--dry-run", "--set", "training.batchSize=8", "--out", Path.Combine(tiny.Root, "none"));
        Assert.Equal(ExitCode.Done, run.Code);
        var config = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(8, config.GetProperty("training").GetProperty("batchSize").GetInt32());
        Assert.Contains("multiply-adds", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(tiny.Root, "none")));
    }

    [Theory]
    [InlineData(ExitCode.Failed, "there is no preset \"nothing\"", "--config", "nothing")]
    [InlineData(ExitCode.Failed, "there is no file nothing.json", "--config", "nothing.json")]
    [InlineData(ExitCode.Failed, "batchSizes", "--config", "tiny", "--set", "training.batchSizes=8")]
    [InlineData(ExitCode.Failed, "batchSize is 0", "--config", "tiny", "--set", "training.batchSize=0")]
    [InlineData(ExitCode.Failed, "sets nothing", "--config", "tiny", "--set", "training.batchSize")]
    [InlineData(ExitCode.Failed, "multiple of the factor", "--config", "autoencoder-tiny", "--set", "size=31")]
    [InlineData(ExitCode.Failed, "there is no nowhere.pt", "--config", "autoencoder-tiny", "--set", "loss.perceptual.file=nowhere.pt")]
    [InlineData(ExitCode.Failed, "labelSmoothing is 2", "--config", "classifier-tiny", "--set", "labelSmoothing=2")]
    [InlineData(ExitCode.Failed, "has 4 classes, the configuration 5", "--config", "classifier-tiny", "--set", "classifier.classes=5")]
    [InlineData(ExitCode.Failed, "no image set \"nowhere\"", "--config", "classifier-tiny", "--set", "heldOut={\"source\":\"nowhere\"}")]
    [InlineData(ExitCode.Usage, "names no images", "--config", "msf-s-256")]
    [InlineData(ExitCode.Usage, "expected cpu", "--config", "tiny", "--device", "gpu")]
    [InlineData(ExitCode.Failed, "latent cache", "--config", "msf-s-256", "--data", "synthetic:shapes?size=16&count=8")]
    [InlineData(ExitCode.Failed, "has 4 (", "--config", "cifar10", "--data", "synthetic:shapes?size=16&count=8")]
    public async Task What_does_not_fit_gets_one_line(int code, string expected, params string[] arguments)
    {
        var run = await CommandLineRun.Of(["train", .. arguments, "--out", Path.Combine(tiny.Root, "bad")]);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("Parameter '", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_goes_on_with_its_own_configuration_and_what_is_set_on_top()
    {
        var copy = Path.Combine(tiny.Root, "own");
        CopyFolder(tiny.Run, copy);
        var resumed = await CommandLineRun.Of("train", "--resume", "--out", copy, "--set", "training.maxImages=288", "--json");
        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Equal(288, JsonDocument.Parse(resumed.Out).RootElement.GetProperty("images").GetInt64());
    }

    [Theory]
    [InlineData("what to train? Give --config")]
    [InlineData("what to train? Give --config", "--resume")]
    [InlineData("what to train? Give --config", "--out", "RUN")]
    [InlineData("config.json to go on with; give --config", "--out", "NOWHERE", "--resume")]
    public async Task Without_a_configuration_there_must_be_a_run_to_go_on_with(string expected, params string[] arguments)
    {
        var run = await CommandLineRun.Of(["train", .. arguments.Select(word => word switch { "RUN" => tiny.Run, "NOWHERE" => Path.Combine(tiny.Root, "nowhere"), _ => word })]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task An_autoencoder_is_recognised_by_its_configuration_trained_and_continued()
    {
        var run = Path.Combine(tiny.Root, "autoencoder");
        var trained = await CommandLineRun.Of("train", "--config", "autoencoder-tiny", "--out", run, "--max-images", "32", "--set", "loss.scaleEquivariance.weight=0.5", "--json");
        Assert.Equal(ExitCode.Done, trained.Code);
        var report = JsonDocument.Parse(trained.Out).RootElement;
        Assert.Equal(32, report.GetProperty("images").GetInt64());
        Assert.True(File.Exists(Path.Combine(report.GetProperty("model").GetString()!, "autoencoder.json")));
        var resumed = await CommandLineRun.Of("train", "--resume", "--out", run, "--max-images", "48");
        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Contains("trained 48 images", resumed.Out, StringComparison.Ordinal);
        Assert.Contains("autoencoder in ", resumed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_classifier_is_recognised_by_its_configuration_trained_judged_and_continued()
    {
        var run = Path.Combine(tiny.Root, "classifier");
        var trained = await CommandLineRun.Of("train", "--config", "classifier-tiny", "--out", run, "--max-images", "64", "--json");
        Assert.Equal(ExitCode.Done, trained.Code);
        Assert.Contains("on 408 images of 16 px in 4 classes", trained.Error, StringComparison.Ordinal);
        Assert.Contains("on 104 images (20 % of every class", trained.Error, StringComparison.Ordinal);
        var model = JsonDocument.Parse(trained.Out).RootElement.GetProperty("model").GetString()!;
        Assert.InRange(JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(model, "model.json"), TestContext.Current.CancellationToken)).RootElement.GetProperty("heldOutAccuracy").GetDouble(), 0, 1);
        var resumed = await CommandLineRun.Of("train", "--resume", "--out", run, "--max-images", "96");
        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Contains("trained 96 images", resumed.Out, StringComparison.Ordinal);
        var plan = await CommandLineRun.Of("train", "--config", "classifier-tiny", "--dry-run");
        Assert.Contains("16 px, 4 classes", plan.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_of_an_autoencoder_says_what_it_is()
    {
        var run = await CommandLineRun.Of("train", "--config", "autoencoder-tiny", "--dry-run", "--set", "training.batchSize=8");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(8, JsonDocument.Parse(run.Out).RootElement.GetProperty("training").GetProperty("batchSize").GetInt32());
        Assert.Contains("16 px to 8 x 8 x 4", run.Error, StringComparison.Ordinal);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
