using System.Text.Json;

namespace Msf.Cli.Tests.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-compare-").FullName;

    private string Place(string name) => Path.Combine(_folder, name);

    [Fact]
    public async Task A_training_configuration_is_compared_with_one_level()
    {
        string[] line = ["compare", "--config", "tiny", "--samples", "16", "--seeds", "3", "--set", "training.maxImages=256", "--set", "training.sampleEveryImages=0", "--out", Place("c"), "--json"];
        var run = await CommandLineRun.Of(line);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("mean colours", run.Error, StringComparison.Ordinal);
        var report = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(["factorized", "one level, patch 2", "one level, patch 4"], report.GetProperty("arms").EnumerateArray().Select(arm => arm.GetProperty("name").GetString()));
        Assert.Equal(2, report.GetProperty("verdict").GetArrayLength());
        Assert.Equal(0, report.GetProperty("missing").GetArrayLength());
        Assert.All(report.GetProperty("files").EnumerateArray(), file => Assert.True(File.Exists(file.GetString())));

        Assert.Contains("compare --config tiny --samples 16 --seeds 3 --set training.maxImages=256 ", await Command(), StringComparison.Ordinal);

        var again = await CommandLineRun.Of([.. line[..^1], "--arm", "one level, patch 2"]);
        Assert.Equal(ExitCode.Done, again.Code);
        Assert.StartsWith("3 of 3 arms and seeds are measured", again.Out, StringComparison.Ordinal);
        Assert.Contains("one seed says nothing", again.Out, StringComparison.Ordinal);
        Assert.EndsWith($" --out {Place("c")} --arm 'one level, patch 2'", await Command(), StringComparison.Ordinal);

        async Task<string?> Command() => JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Place("c"), "report.json"), TestContext.Current.CancellationToken)).RootElement.GetProperty("command").GetString();
    }

    [Fact]
    public async Task A_dry_run_tells_images_and_time_and_makes_nothing()
    {
        var run = await CommandLineRun.Of("compare", "--config", "tiny", "--dry-run", "--samples", "16", "--out", Place("none"));
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("1,344 + 2,720 images", run.Out, StringComparison.Ordinal);
        Assert.EndsWith($"hours in all on this machine{Environment.NewLine}", run.Out, StringComparison.Ordinal);
        Assert.Equal(3, run.Out.Split("min of features, a seed").Length - 1);
        var without = await CommandLineRun.Of("compare", "--config", "tiny", "--dry-run", "--samples", "16", "--features", Place("none.pt"));
        Assert.Equal(ExitCode.Done, without.Code);
        Assert.Contains("on this machine, features not counted: there is no feature network", without.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("min of features", without.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Place("none")));
    }

    [Fact]
    public async Task What_cannot_be_compared_is_told_in_one_line()
    {
        async Task Fails(int code, string why, params string[] more)
        {
            var run = await CommandLineRun.Of(["compare", .. more]);
            Assert.Equal(code, run.Code);
            Assert.Contains(why, run.Error.Split('\n').Last(line => line.Length > 0), StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync(Place("c.json"), "{ \"arms\": [] }", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Place("broken.json"), "{ \"arms\": [", TestContext.Current.CancellationToken);
        await Fails(ExitCode.Usage, "--config");
        await Fails(ExitCode.Failed, "there is no file", "--config", Place("none.json"));
        await Fails(ExitCode.Failed, "c.json", "--config", Place("c.json"));
        await Fails(ExitCode.Failed, "broken.json", "--config", Place("broken.json"));
        await Fails(ExitCode.Usage, "leave out --set", "--config", Place("c.json"), "--set", "training.batchSize=3");
        await Fails(ExitCode.Usage, "--seeds", "--config", "tiny", "--seeds", "a");
        await Fails(ExitCode.Usage, "samples is 3", "--config", "tiny", "--samples", "3");
        await Fails(ExitCode.Usage, "\"other\"", "--config", "tiny", "--arm", "other");
        await Fails(ExitCode.Usage, "leave one of them out", "--config", "tiny", "--dry-run", "--json");
        await Fails(
            ExitCode.Failed, "has 1 image, too few for a covariance", "--config", "tiny", "--set", "data.source=synthetic:shapes?size=16&count=1", "--set", "training.maxImages=16", "--set", "training.sampleEveryImages=0",
            "--samples", "16", "--out", Place("one"));
        await Fails(ExitCode.Failed, "nothing to compare", "--config", "noto-emoji-single-scale");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
