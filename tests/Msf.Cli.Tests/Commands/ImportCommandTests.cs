using System.Text.Json;
using Msf.Autoencoders;
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

    [Fact]
    public async Task An_imported_autoencoder_is_a_folder_with_the_scale_that_was_told()
    {
        var folder = Directory.CreateTempSubdirectory("msf-import-").FullName;
        string In(string name) => Path.Combine(folder, name);
        try
        {
            await File.WriteAllTextAsync(In("vae.json"), """{"norm_num_groups": 4, "scaling_factor": 0.5}""", TestContext.Current.CancellationToken);
            using (var kl = new KlAutoencoder(new() { Kind = AutoencoderKind.Kl, Kl = new KlConfig { Width = 8, Multipliers = [1, 2], Blocks = 1, Groups = 4 } }))
                StateDictLoader.Save(kl, In("vae.safetensors"));
            var import = await CommandLineRun.Of("import", In("vae.safetensors"), "--kind", "autoencoder-kl", "--config", In("vae.json"), "--out", In("kl"), "--json");
            Assert.True(import.Code == ExitCode.Done, import.Error);
            Assert.Equal(0.5, JsonDocument.Parse(import.Out).RootElement.GetProperty("scale").GetDouble());
            Assert.Equal((0.5, 2), (AutoencoderFolder.ReadManifest(In("kl")).Autoencoder.Scale, AutoencoderFolder.ReadManifest(In("kl")).Autoencoder.Factor));

            using (var tiny = new TinyAutoencoder(new() { Kind = AutoencoderKind.Tiny, Tiny = new TinyConfig { Width = 4 } }))
            {
                StateDictLoader.Save(tiny.Encoder, In("tiny_encoder.safetensors"));
                StateDictLoader.Save(tiny.Decoder, In("tiny_decoder.safetensors"));
            }
            import = await CommandLineRun.Of("import", In("tiny_encoder.safetensors"), "--decoder", In("tiny_decoder.safetensors"), "--kind", "taesd", "--out", In("tiny"));
            Assert.True(import.Code == ExitCode.Done, import.Error);
            Assert.Contains("latents: scale 1, shift 0, from the TAESD family", import.Out, StringComparison.Ordinal);
            using var loaded = AutoencoderFolder.Load(In("tiny"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(ExitCode.Usage, "expected dit, sit, autoencoder-kl or taesd", "--kind", "unet")]
    [InlineData(ExitCode.Usage, "--decoder goes with --kind taesd", "--kind", "sit", "--decoder", "a")]
    [InlineData(ExitCode.Failed, "there is no .safetensors", "--kind", "autoencoder-kl")]
    [InlineData(ExitCode.Failed, "there is no .safetensors", "--kind", "taesd", "--decoder", "b.pt")]
    [InlineData(ExitCode.Failed, "there is no .safetensors", "--kind", "dit")]
    public async Task What_cannot_be_imported_gets_one_line(int code, string why, params string[] arguments)
    {
        var run = await CommandLineRun.Of(["import", "absent.pt", "--out", "never", .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', run.Error.TrimEnd('\n'));
    }
}
