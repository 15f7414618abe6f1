using System.Text.Json;
using Msf.Checkpoints;
using Msf.Models;

namespace Msf.Cli.Tests.Commands;

public sealed class ImportCommandTests
{
    [Theory]
    [InlineData("dit")]
    [InlineData("sit")]
    public async Task An_imported_model_samples(string kind)
    {
        var folder = Directory.CreateTempSubdirectory("msf-import-").FullName;
        try
        {
            var config = new TransformerConfig { InputSize = [8, 8], Channels = 3, PatchSize = 2, Width = 32, Depth = 1, Heads = 2, Classes = 3, LearnSigma = true };
            using (var network = new DiffusionTransformer(config)) StateDictLoader.Save(network, Path.Combine(folder, "net.safetensors"));
            await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), """{"num_heads": 2}""", TestContext.Current.CancellationToken);
            var import = await CommandLineRun.Of(
                "import", Path.Combine(folder, "net.safetensors"), "--kind", kind, "--config", Path.Combine(folder, "config.json"), "--out", Path.Combine(folder, "model"), "--json");
            Assert.Equal(ExitCode.Done, import.Code);
            var facts = JsonDocument.Parse(import.Out).RootElement;
            Assert.Equal((kind, "net"), (facts.GetProperty("kind").GetString(), facts.GetProperty("name").GetString()));

            foreach (var solver in new[] { "ddim", "euler", "heun" })
            {
                var sample = await CommandLineRun.Of(
                    "sample", "--model", Path.Combine(folder, "model"), "--count", "2", "--steps", "3", "--solver", solver, "--out", Path.Combine(folder, $"{solver}.png"));
                Assert.True(sample.Code == ExitCode.Done, sample.Error);
                Assert.True(File.Exists(Path.Combine(folder, $"{solver}.png")));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(ExitCode.Usage, "expected dit", "--kind", "unet")]
    [InlineData(ExitCode.Failed, "there is no .safetensors", "--kind", "dit")]
    public async Task What_cannot_be_imported_gets_one_line(int code, string why, params string[] arguments)
    {
        var run = await CommandLineRun.Of(["import", "absent.pt", "--out", "never", .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', run.Error.TrimEnd('\n'));
    }
}
