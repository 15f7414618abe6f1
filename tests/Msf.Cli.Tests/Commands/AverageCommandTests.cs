using System.Text.Json;

namespace Msf.Cli.Tests.Commands;

public sealed class AverageCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("msf-average-").FullName;

    [Fact]
    public async Task A_run_with_averages_gives_a_model_of_any_width_and_one_line_tells_what_is_wrong()
    {
        var run = Path.Combine(_root, "run");
        var trained = await CommandLineRun.Of(
            "train", "--config", "tiny", "--out", run, "--max-images", "128", "--set", "training.sampleEveryImages=0",
            "--set", "training.postHocEma={\"snapshotEveryImages\":32}");
        Assert.Equal(ExitCode.Done, trained.Code);

        var model = Path.Combine(_root, "model");
        var made = await CommandLineRun.Of("average", "--run", run, "--width", "0.07,0.15", "--out", model, "--json");
        Assert.Equal(ExitCode.Done, made.Code);
        var report = JsonDocument.Parse(made.Out).RootElement;
        Assert.Equal(128, report.GetProperty("images").GetInt64());
        Assert.Equal(4, report.GetProperty("snapshots").GetInt32());
        Assert.Equal([0.07, 0.15], report.GetProperty("widths").EnumerateArray().Select(width => width.GetDouble()));
        Assert.Equal(2, report.GetProperty("profileErrors").GetArrayLength());
        var sampled = await CommandLineRun.Of("sample", "--model", model, "--count", "4", "--out", Path.Combine(_root, "grid.png"));
        Assert.Equal(ExitCode.Done, sampled.Code);

        var earlier = await CommandLineRun.Of("average", "--run", run, "--width", "0.1", "--at", "64", "--out", model);
        Assert.Equal(ExitCode.Done, earlier.Code);
        Assert.Contains("averaged up to 64 images from 2 snapshots", earlier.Out, StringComparison.Ordinal);
        await Refused(ExitCode.Failed, "choose one of 32, 64, 96, 128", "--run", run, "--width", "0.1", "--at", "65", "--out", model);
        await Refused(ExitCode.Failed, "expected above 0", "--run", run, "--width", "1", "--out", model);
        await Refused(ExitCode.Usage, "numbers separated by commas", "--run", run, "--width", "wide", "--out", model);
        await Refused(ExitCode.Failed, "has no averages", "--run", _root, "--width", "0.1", "--out", model);
        await Refused(ExitCode.Usage, "--width", "--run", run, "--out", model);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task Refused(int code, string expected, params string[] arguments)
    {
        var run = await CommandLineRun.Of(["average", .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
