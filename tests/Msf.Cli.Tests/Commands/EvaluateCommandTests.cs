using System.Text.Json;

namespace Msf.Cli.Tests.Commands;

public sealed class EvaluateCommandTests(TinyModel tiny, TinyClassifier classifier) : IClassFixture<TinyModel>, IClassFixture<TinyClassifier>
{
    private const string Data = "synthetic:shapes?size=16&count=64";

    private string Place(string name) => Path.Combine(tiny.Root, name);

    private Task<CommandLineRun> Evaluate(string report, params string[] more) =>
        CommandLineRun.Of(["evaluate", "--features", classifier.Run, "--precision", "fp32", "--out", Place(report), .. more]);

    private Task<CommandLineRun> EvaluateModel(string report, params string[] more) => Evaluate(report, ["--model", tiny.Model, "--data", Data, "--count", "48", .. more]);

    [Fact]
    public async Task Json_has_the_members_of_the_contract_and_is_the_report()
    {
        var run = await EvaluateModel("json", "--seed", "5", "--steps", "3,2", "--guidance", "2,1", "--batch-size", "8", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        var report = JsonDocument.Parse(run.Out).RootElement;
        var metrics = report.GetProperty("metrics");
        foreach (var name in new[] { "frechetDistance", "kid", "precision", "recall", "density", "coverage", "classAccuracy" }) Assert.Equal(JsonValueKind.Number, metrics.GetProperty(name).ValueKind);
        Assert.True(metrics.GetProperty("inceptionScore").GetProperty("mean").GetDouble() >= 1);
        Assert.True(metrics.GetProperty("inceptionScore").GetProperty("standardDeviation").GetDouble() >= 0);
        Assert.True(metrics.GetProperty("errors").GetProperty("frechetDistance").GetDouble() > 0);
        Assert.Equal((48, 5L, 64), (report.GetProperty("count").GetInt32(), report.GetProperty("seed").GetInt64(), report.GetProperty("reference").GetProperty("count").GetInt32()));
        Assert.Equal("classifier shapes 16", report.GetProperty("features").GetProperty("name").GetString());
        Assert.Equal([3, 2], report.GetProperty("sampling").GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("steps").GetInt32()));
        Assert.Equal(2, report.GetProperty("sampling").GetProperty("stages")[0].GetProperty("guidance").GetProperty("scale").GetDouble());
        Assert.Contains("--steps 3,2", report.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.Contains("'synthetic:shapes?size=16&count=64'", report.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.Equal(run.Out.TrimEnd(), (await File.ReadAllTextAsync(Path.Combine(Place("json"), "report.json"), TestContext.Current.CancellationToken)).TrimEnd());
        Assert.True(File.Exists(Path.Combine(Place("json"), "report.html")));
        Assert.False(Directory.Exists(Path.Combine(Place("json"), "work")));
    }

    [Fact]
    public async Task Samples_that_msf_sample_wrote_give_the_figures_of_the_model_that_made_them()
    {
        var whole = await EvaluateModel("whole", "--save-samples", Place("samples.npz"), "--save-reference", Place("statistics.npz"));
        Assert.Equal(ExitCode.Done, whole.Code);
        Assert.Contains("Frechet distance (FID)", whole.Out, StringComparison.Ordinal);
        Assert.Contains(Place("samples.npz"), whole.Out, StringComparison.Ordinal);
        var archive = await Evaluate("archive", "--samples", Place("samples.npz"), "--reference", Place("statistics.npz"));
        Assert.Equal(ExitCode.Done, archive.Code);
        Assert.Equal(Line(whole), Line(archive));
        await CommandLineRun.Of("sample", "--model", tiny.Model, "--count", "12", "--out", Place("folder"));
        var folder = await Evaluate("folder-report", "--samples", Place("folder"), "--data", Data, "--json");
        Assert.Equal(ExitCode.Done, folder.Code);
        var classes = JsonDocument.Parse(folder.Out).RootElement.GetProperty("metrics").GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("count").GetInt32());
        Assert.Equal([3, 3, 3, 3], classes);
        var some = await Evaluate("some-report", "--samples", Place("samples.npz"), "--data", Data, "--classes", "triangle,cross", "--json");
        Assert.Equal((ExitCode.Done, 32), (some.Code, JsonDocument.Parse(some.Out).RootElement.GetProperty("reference").GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task Stopped_it_says_so_and_goes_on()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var stopped = await CommandLineRun.Of(null, stop.Token, "evaluate", "--features", classifier.Run, "--model", tiny.Model, "--data", Data, "--count", "48", "--precision", "fp32", "--out", Place("stopped"));
        Assert.Equal((ExitCode.Failed, "msf: stopped; the same command goes on from here."), (stopped.Code, stopped.Error.TrimEnd()));
        Assert.True(Directory.Exists(Path.Combine(Place("stopped"), "work")));
        var other = await EvaluateModel("stopped", "--seed", "9");
        Assert.Equal(ExitCode.Failed, other.Code);
        Assert.Contains("(other seed)", other.Error, StringComparison.Ordinal);
        Assert.Equal(Line(await EvaluateModel("unstopped")), Line(await EvaluateModel("stopped")));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "there is nothing to judge", "--data", Data)]
    [InlineData(ExitCode.Usage, "there is nothing to compare with", "--model", "MODEL")]
    [InlineData(ExitCode.Usage, "give one of them", "--model", "MODEL", "--samples", "x.npz", "--data", Data)]
    [InlineData(ExitCode.Usage, "count is 1", "--model", "MODEL", "--data", Data, "--count", "1")]
    [InlineData(ExitCode.Usage, "batch size is 0", "--model", "MODEL", "--data", Data, "--batch-size", "0")]
    [InlineData(ExitCode.Usage, "--steps is of sampling", "--samples", "x.npz", "--data", Data, "--steps", "4")]
    [InlineData(ExitCode.Usage, "--steps has 3 values", "--model", "MODEL", "--data", Data, "--steps", "4,2,1")]
    [InlineData(ExitCode.Usage, "expected the name of a .npz file", "--model", "MODEL", "--data", Data, "--save-samples", "x.png")]
    [InlineData(ExitCode.Usage, "expected a regular expression", "--model", "MODEL", "--data", Data, "--group", "(")]
    [InlineData(ExitCode.Usage, "leave it out with held-out", "--model", "MODEL", "--data", Data, "--group", "a", "--held-out", Data)]
    [InlineData(ExitCode.Usage, "a model brings its classes", "--model", "MODEL", "--data", Data, "--classes", "ring")]
    [InlineData(ExitCode.Failed, "there is no model nowhere", "--model", "nowhere", "--data", Data)]
    [InlineData(ExitCode.Failed, "x.npz: no such file", "--samples", "x.npz", "--data", Data)]
    [InlineData(ExitCode.Failed, "there is no folder nowhere", "--samples", "nowhere", "--data", Data)]
    [InlineData(ExitCode.Failed, "no image set \"nowhere\"", "--model", "MODEL", "--data", "nowhere")]
    [InlineData(ExitCode.Failed, "there is no feature network nowhere.pt", "--model", "MODEL", "--data", Data, "--features", "nowhere.pt")]
    [InlineData(ExitCode.Failed, "is no classifier", "--model", "MODEL", "--data", Data, "--features", "MODEL")]
    public async Task What_makes_no_sense_gets_one_line(int code, string expected, params string[] arguments)
    {
        string[] features = arguments.Contains("--features") ? [] : ["--features", classifier.Run];
        var run = await CommandLineRun.Of(["evaluate", "--out", Place("bad"), .. features, .. arguments.Select(word => word == "MODEL" ? tiny.Model : word)]);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("Parameter '", run.Error, StringComparison.Ordinal);
    }

    private static string Line(CommandLineRun run) => run.Out.Split('\n').Single(line => line.Contains("Frechet distance (FID)", StringComparison.Ordinal));
}
