using System.Text.Json;
using Msf.Training;

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
    public async Task Memory_of_training_is_told_for_both_precisions_with_and_without_recomputation()
    {
        var run = await CommandLineRun.Of("info", "--model", "msf-xl-256", "--batch", "8", "--json");
        var report = JsonDocument.Parse(run.Out).RootElement;
        var memory = report.GetProperty("trainingMemory").EnumerateArray().ToList();
        Assert.Equal(
            ["bf16 False 8", "bf16 True 8", "fp32 False 8", "fp32 True 8"],
            memory.Select(m => $"{m.GetProperty("precision").GetString()} {m.GetProperty("recomputeBlocks").GetBoolean()} {m.GetProperty("batch").GetInt32()}"));
        var parameters = report.GetProperty("parameters").GetInt64();
        Assert.All(memory, m => Assert.Equal(8 * parameters, m.GetProperty("moments").GetInt64()));
        Assert.All(memory, m => Assert.True(m.GetProperty("peak").GetInt64() > m.GetProperty("moments").GetInt64() + m.GetProperty("activations").GetInt64()));
        Assert.Equal(2 * parameters, memory[0].GetProperty("networks").GetInt64());
        Assert.True(memory[1].GetProperty("activations").GetInt64() < memory[0].GetProperty("activations").GetInt64() / 5);
        var text = await CommandLineRun.Of("info", "--model", "msf-xl-256", "--batch", "8");
        Assert.Contains("training memory, 8 images at once", text.Out, StringComparison.Ordinal);
        Assert.Contains("blocks recomputed", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_the_block_are_named()
    {
        const string block = """ "block": { "normalization": "rmsNorm", "queryKeyNormalization": true, "perceptron": "swiGlu", "positions": "rotary" }, "heads" """;
        var folder = Directory.CreateTempSubdirectory("msf-info-");
        try
        {
            var config = Path.Combine(folder.FullName, "options.json");
            await File.WriteAllTextAsync(config, Presets.Read("tiny").Replace("\"heads\"", block, StringComparison.Ordinal), TestContext.Current.CancellationToken);
            var run = await CommandLineRun.Of("info", "--model", config);
            Assert.Contains("heads, RMSNorm, QK-norm, SwiGLU, rotary positions;", run.Out, StringComparison.Ordinal);
            Assert.DoesNotContain("RMSNorm", (await CommandLineRun.Of("info", "--model", "tiny")).Out, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_batch_below_one_is_a_wrong_use()
    {
        var run = await CommandLineRun.Of("info", "--model", "tiny", "--batch", "0");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("--batch is 0", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_gets_one_line_with_the_presets()
    {
        var run = await CommandLineRun.Of("info", "--model", "nothing");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("msf-*", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
