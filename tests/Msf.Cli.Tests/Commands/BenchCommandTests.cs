using System.Text.Json;

namespace Msf.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
    [Fact]
    public async Task Json_has_the_members_of_the_contract()
    {
        var run = await CommandLineRun.Of("bench", "--rounds", "1", "--precision", "fp32", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        var report = JsonDocument.Parse(run.Out).RootElement;
        Assert.True(report.GetProperty("ceiling").GetProperty("fp32").GetDouble() > 0);
        Assert.True(report.GetProperty("ceiling").GetProperty("bf16").GetDouble() > 0);
        foreach (var list in new[] { "forward", "train" })
        {
            Assert.Equal([64, 256], report.GetProperty(list).EnumerateArray().Select(rate => rate.GetProperty("tokens").GetInt32()));
            foreach (var rate in report.GetProperty(list).EnumerateArray())
            {
                Assert.Equal((384, 12, "fp32"), (rate.GetProperty("width").GetInt32(), rate.GetProperty("depth").GetInt32(), rate.GetProperty("precision").GetString()));
                Assert.True(rate.GetProperty("batch").GetInt32() > 0);
                Assert.True(rate.GetProperty("flops").GetDouble() > 0);
                Assert.True(rate.GetProperty("ofCeiling").GetDouble() > 0);
                Assert.True(rate.GetProperty("imagesPerSecond").GetDouble() > 0);
            }
        }
    }

    [Fact]
    public async Task No_round_is_refused()
    {
        var run = await CommandLineRun.Of("bench", "--rounds", "0");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("--rounds is 0", run.Error, StringComparison.Ordinal);
    }
}
