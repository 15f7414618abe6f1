using System.Text.Json;

namespace Msf.Cli.Tests.Commands;

public sealed class InfoCommandTests
{
    [Fact]
    public async Task DiT_XL_2_costs_what_its_paper_says()
    {
        var run = await CommandLineRun.Of("info", "--model", "dit-xl-2-256", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        var stage = JsonDocument.Parse(run.Out).RootElement.GetProperty("stages")[0];
        Assert.Equal(118.6e9, stage.GetProperty("multiplyAddsPerForward").GetInt64(), 0.1e9);
        Assert.Equal(256, stage.GetProperty("tokens").GetInt32());
    }

    [Fact]
    public async Task A_forward_of_a_factorized_XL_costs_a_quarter_of_its_twins_and_the_image_is_their_sum()
    {
        var run = await CommandLineRun.Of("info", "--model", "msf-xl-256", "--steps", "50,50", "--json");
        var report = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(2, report.GetProperty("stages").GetArrayLength());
        Assert.Equal(report.GetProperty("stages").EnumerateArray().Sum(s => s.GetProperty("parameters").GetInt64()), report.GetProperty("parameters").GetInt64());
        Assert.Equal(50, report.GetProperty("stages")[1].GetProperty("forwards").GetInt32());
        var perImage = report.GetProperty("multiplyAddsPerImage").GetInt64();
        var twin = report.GetProperty("baseline").GetProperty("multiplyAddsPerImage").GetInt64();
        Assert.Equal((double)twin / perImage, report.GetProperty("costRatio").GetDouble(), 1e-3);
        Assert.Equal(perImage, report.GetProperty("stages").EnumerateArray().Sum(s => s.GetProperty("forwards").GetInt32() * s.GetProperty("multiplyAddsPerForward").GetInt64()));
        // The base is guided, so the twin with its budget makes 100 forwards (design: 118.6 G against 29.0 G, 4.09 times).
        Assert.Equal(4.09, twin / 100.0 / report.GetProperty("stages")[0].GetProperty("multiplyAddsPerForward").GetInt64(), 0.02);
    }

    [Fact]
    public async Task Text_names_stages_and_the_twin()
    {
        var run = await CommandLineRun.Of("info", "--model", "tiny");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("base", run.Out, StringComparison.Ordinal);
        Assert.Contains("residual", run.Out, StringComparison.Ordinal);
        Assert.Contains("single scale", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_gets_one_line_with_the_presets()
    {
        var run = await CommandLineRun.Of("info", "--model", "nothing");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("msf-xl-256", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
