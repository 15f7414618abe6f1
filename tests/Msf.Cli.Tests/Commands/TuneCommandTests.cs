using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Tests;

namespace Msf.Cli.Tests.Commands;

public sealed class TuneCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const string Data = "synthetic:shapes?size=16&count=64";

    // Few settings, which a search has tried long before its time ends: nothing here depends on the speed of the machine.
    private static readonly string[] _small = ["--max-steps", "2", "--keep", "solver,guidance,grid,condition"];

    private string Place(string name) => Path.Combine(tiny.Root, name);

    private static string Features() => SharedFiles.Require("data", "weights", "cifar10_resnet56_features.pt");

    // A copy, since the command changes the model that it is given.
    private string Model(string name)
    {
        Directory.CreateDirectory(Place(name));
        foreach (var file in Directory.GetFiles(tiny.Model)) File.Copy(file, Path.Combine(Place(name), Path.GetFileName(file)), overwrite: true);
        return Place(name);
    }

    private static Task<CommandLineRun> Tune(string model, params string[] more) =>
        CommandLineRun.Of(["tune", "--model", model, "--data", Data, "--features", Features(), "--samples", "16,32", "--precision", "fp32", .. _small, .. more]);

    [Fact]
    public async Task The_choice_becomes_the_models_default_and_the_search_goes_on_from_its_folder()
    {
        var model = Model("tuned");
        var run = await Tune(model, "--seconds", "500", "--out", Place("search"), "--pick", "best", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        var report = JsonDocument.Parse(run.Out).RootElement;
        var front = report.GetProperty("front").EnumerateArray().ToList();
        Assert.NotEmpty(front);
        var picked = report.GetProperty("picked");
        Assert.Equal(front.Min(point => point.GetProperty("frechetDistance").GetDouble()), picked.GetProperty("frechetDistance").GetDouble());
        Assert.True(report.GetProperty("written").GetBoolean());
        var settings = ModelFolder.ReadManifest(model).Sampling;
        Assert.Equal(picked.GetProperty("steps").EnumerateArray().Select(n => n.GetInt32()), settings.Stages.Select(stage => stage.Steps));
        Assert.Equal(picked.GetProperty("guidance").EnumerateArray().Select(n => n.GetDouble()), settings.Stages.Select(stage => stage.Guidance.Scale));
        Assert.Equal(960, ImageDecoder.Decode(Path.Combine(Place("search"), "front.png")).Width);
        Assert.Equal(front.Count, JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Place("search"), "report.json"), TestContext.Current.CancellationToken)).RootElement.GetProperty("front").GetArrayLength());

        var journal = await File.ReadAllTextAsync(Path.Combine(Place("search"), "journal.jsonl"), TestContext.Current.CancellationToken);
        var again = await Tune(Model("tuned-again"), "--seconds", "500", "--out", Place("search"), "--dry-run");
        Assert.Equal(ExitCode.Done, again.Code);
        Assert.Equal(journal, await File.ReadAllTextAsync(Path.Combine(Place("search"), "journal.jsonl"), TestContext.Current.CancellationToken));
        Assert.Contains("measurements of", again.Error, StringComparison.Ordinal);
        Assert.Contains("64 images of an earlier run stand for the data", again.Error, StringComparison.Ordinal);
        var other = await Tune(Model("tuned-again"), "--seconds", "500", "--out", Place("search"), "--seed", "1");
        Assert.Equal(ExitCode.Failed, other.Code);
        Assert.Contains("another folder", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_prints_the_front_and_leaves_the_model()
    {
        var model = Model("dry");
        var before = await File.ReadAllBytesAsync(Path.Combine(model, "model.json"), TestContext.Current.CancellationToken);
        var run = await Tune(model, "--seconds", "500", "--dry-run");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("G mul-adds", run.Out, StringComparison.Ordinal);
        Assert.Contains("within 5 % of the smallest", run.Out, StringComparison.Ordinal);
        Assert.Contains("is as it was", run.Out, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(model, "model.json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Features_are_what_an_evaluation_takes_as_such()
    {
        var run = await CommandLineRun.Of(["tune", "--model", Model("pixels"), "--data", Data, "--features", "pixels", "--samples", "16,32", "--precision", "fp32", "--seconds", "500", "--dry-run", .. _small]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("within 5 % of the smallest", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_written_costs_no_result()
    {
        Directory.CreateDirectory(Place("disk"));
        using var msf = MsfProcess.StartWithMounts(
            $"mount -t tmpfs -o size=64m none \"$1\" && cp \"$2\"/* \"$1\" && mount -o remount,ro \"$1\" && dotnet \"$3\" tune --model \"$1\" --data '{Data}' --features pixels --samples 16,32 --precision fp32 --seconds 500 --json {string.Join(' ', _small)}",
            Place("disk"), tiny.Model, MsfProcess.Program);
        Assert.SkipWhen(msf is null, "needs the right to mount");
        var (code, json, errors) = await msf!.EndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("Read-only file system", errors[^1], StringComparison.Ordinal);
        var report = JsonDocument.Parse(json).RootElement;
        Assert.False(report.GetProperty("written").GetBoolean());
        Assert.NotEqual(0, report.GetProperty("front").GetArrayLength());
    }

    [Fact]
    public async Task One_image_is_no_data()
    {
        var run = await CommandLineRun.Of("tune", "--model", tiny.Model, "--data", "synthetic:shapes?size=16&count=1", "--features", "pixels", "--seconds", "5");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("has 1 image, too few for a covariance", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_little_time_is_one_line()
    {
        var run = await Tune(Model("hasty"), "--seconds", "0.05");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("give more time", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("msf:", StringComparison.Ordinal) && !line.Contains("stand for the data", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "seconds is 0", "--seconds", "0")]
    [InlineData(ExitCode.Usage, "expected best or within:P", "--seconds", "5", "--pick", "cheapest")]
    [InlineData(ExitCode.Usage, "--keep names \"colour\"", "--seconds", "5", "--keep", "colour")]
    [InlineData(ExitCode.Usage, "expected two numbers", "--seconds", "5", "--samples", "64")]
    [InlineData(ExitCode.Usage, "samples go from 64 to 32", "--seconds", "5", "--samples", "64,32")]
    [InlineData(ExitCode.Failed, "there is no feature network nowhere.pt", "--seconds", "5", "--features", "nowhere.pt")]
    [InlineData(ExitCode.Failed, "there is no model nowhere", "--seconds", "5", "--model", "nowhere")]
    public async Task What_makes_no_sense_gets_one_line(int code, string expected, params string[] arguments)
    {
        var model = arguments.Contains("--model") ? [] : new[] { "--model", tiny.Model };
        var run = await CommandLineRun.Of(["tune", "--data", Data, .. model, .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
