using System.Text.Json;
using Msf.Cli.Commands;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Tests;
using Msf.Training;

namespace Msf.Cli.Tests.Commands;

/// <summary>What <c>msf info</c> says of any budget: evaluations, seconds on a calibrated machine, and the table in the documentation.</summary>
public sealed class InfoCostTests : IDisposable
{
    private const string Start = "<!-- msf info --all -->", End = "<!-- end -->";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-cost-");

    public void Dispose() => _folder.Delete(recursive: true);

    // A machine that takes a tenth of a second for every evaluation and nothing else.
    private string Machine()
    {
        var rates = new WorkRates(0, 0, 0, 0, 0, 0, 0, 0, 0.1);
        var file = Path.Combine(_folder.FullName, "machine.json");
        new MachineCalibration
        {
            Format = MachineCalibration.CurrentFormat,
            Machine = "slow",
            Device = "cpu",
            Threads = 2,
            Libtorch = "2.10.0",
            Precision = ComputePrecision.BFloat16,
            CacheBytes = 1 << 20,
            Together = rates,
            Apart = rates,
            SecondsPerNoise = 0,
            MeanError = 0.02,
            LargestError = 0.05,
        }.Save(file);
        return file;
    }

    [Fact]
    public async Task Seconds_of_any_budget_are_predicted_from_a_calibration()
    {
        var run = await CommandLineRun.Of(
            "info", "--model", "msf-s-256", "--steps", "10,4", "--solver", "heun", "--guidance", "2,1", "--guidance-interval", "0.25,0.55", "--batch", "8", "--calibration", Machine(), "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        var report = JsonDocument.Parse(run.Out).RootElement;
        var stages = report.GetProperty("stages");
        // Ten steps of Heun: 20 evaluations, of which those at 0.3, 0.4 and 0.5 are guided, each once as the end of a step and once as the start of the next.
        Assert.Equal((6, 14, 26), (stages[0].GetProperty("guidedEvaluations").GetInt32(), stages[0].GetProperty("plainEvaluations").GetInt32(), stages[0].GetProperty("forwards").GetInt32()));
        Assert.Equal((0, 8, 8), (stages[1].GetProperty("guidedEvaluations").GetInt32(), stages[1].GetProperty("plainEvaluations").GetInt32(), stages[1].GetProperty("forwards").GetInt32()));
        var sampling = report.GetProperty("sampling");
        Assert.Equal((8, "bf16"), (sampling.GetProperty("batch").GetInt32(), sampling.GetProperty("precision").GetString()));
        Assert.Equal(2.8, sampling.GetProperty("secondsPerBatch").GetDouble(), 1e-9);
        Assert.Equal(0.35, sampling.GetProperty("secondsPerImage").GetDouble(), 1e-9);
        Assert.Equal([2.0, 0.8], sampling.GetProperty("stageSeconds").EnumerateArray().Select(seconds => seconds.GetDouble()));
        Assert.Equal(0.25, sampling.GetProperty("baselineSecondsPerImage").GetDouble(), 1e-9);
        Assert.Equal(2 * report.GetProperty("parameters").GetInt64(), sampling.GetProperty("weightBytes").GetInt64());
        Assert.True(sampling.GetProperty("activationBytes").GetInt64() > 1 << 20);
    }

    [Fact]
    public async Task Text_tells_the_seconds_or_how_to_get_them()
    {
        var run = await CommandLineRun.Of("info", "--model", "tiny", "--calibration", Machine());
        Assert.Contains("predicted: ", run.Out, StringComparison.Ordinal);
        var config = RunConfigReader.Read("tiny", []);
        var cost = SamplingCost.Of(config.Model, config.Sampling, 16);
        var lines = InfoSampling.Of(cost, cost, ComputePrecision.Float32, calibration: null).Lines();
        Assert.Contains(lines, line => line.Contains("msf bench --calibrate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bench_calibrates_into_a_file_that_info_reads()
    {
        var file = Path.Combine(_folder.FullName, "here.json");
        var run = await CommandLineRun.Of("bench", "--calibrate", "--rounds", "1", "--precision", "fp32", "--out", file, "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        var report = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(file, report.GetProperty("file").GetString());
        Assert.True(report.GetProperty("calibration").GetProperty("together").GetProperty("products").GetDouble() > 0);
        var info = await CommandLineRun.Of("info", "--model", "dit-s-2-256", "--calibration", file, "--json");
        var sampling = JsonDocument.Parse(info.Out).RootElement.GetProperty("sampling");
        Assert.Equal("fp32", sampling.GetProperty("precision").GetString());
        Assert.True(sampling.GetProperty("secondsPerImage").GetDouble() > 0);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--solver is", "info", "--solver", "magic")]
    [InlineData(ExitCode.Usage, "--guidance-interval is", "info", "--guidance-interval", "0.5")]
    [InlineData(ExitCode.Usage, "2 values", "info", "--model", "dit-s-2-256", "--guidance", "1,2")]
    [InlineData(ExitCode.Usage, "give --model", "info", "--all", "--json")]
    [InlineData(ExitCode.Usage, "--model is of one model", "info", "--all", "--model", "tiny")]
    [InlineData(ExitCode.Usage, "--steps is of one model", "info", "--all", "--steps", "4")]
    [InlineData(ExitCode.Usage, "--batch is of one model", "info", "--all", "--batch", "4")]
    [InlineData(ExitCode.Failed, "there is no model nowhere", "info", "--model", "tiny", "--guide", "nowhere", "--guidance", "2,1")]
    [InlineData(ExitCode.Usage, "--out is for --calibrate", "bench", "--out", "x.json")]
    [InlineData(ExitCode.Failed, "no calibration none.json", "info", "--calibration", "none.json")]
    public async Task What_makes_no_sense_gets_one_line(int code, string expected, params string[] arguments)
    {
        var run = await CommandLineRun.Of(arguments);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_calibration_of_another_precision_is_refused()
    {
        var run = await CommandLineRun.Of("info", "--precision", "fp32", "--calibration", Machine());
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("was measured in bf16", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_in_the_documentation_is_what_the_program_prints()
    {
        var file = Path.Combine(SourceTree.Root, "docs", "cost.md");
        var table = (await CommandLineRun.Of("info", "--all")).Out.Trim();
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var (start, end) = (text.IndexOf(Start, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(start >= 0 && end > start, $"docs/cost.md has no place for the table: {Start} ... {End}");
        if (SourceTree.IsWriting)
            await File.WriteAllTextAsync(file, $"{text[..start]}{Start}\n{table}\n{text[end..]}", TestContext.Current.CancellationToken);
        else
            Assert.Equal(table, text[(start + Start.Length)..end].Trim());
    }
}
