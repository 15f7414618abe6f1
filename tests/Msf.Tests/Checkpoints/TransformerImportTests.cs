using Msf.Checkpoints;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class TransformerImportTests
{
    private static string Config(string kind) => SharedFiles.Require("golden", kind, $"{kind}_a_config.json");

    [Theory]
    [InlineData("dit_a.pt")]
    [InlineData("dit_a.safetensors")]
    public void An_imported_DiT_sampled_as_it_asks_gives_the_official_sample(string file)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        TransformerImport.Import(SharedFiles.Require("golden", "dit", file), TransformerKind.Dit, Config("dit"), "dit_a", folder["model"]);
        var (manifest, networks) = ModelFolder.Read(folder["model"]);
        using var network = networks[0];
        var io = Golden.Load("diffusion", "ddpm_a_io.safetensors");
        var settings = manifest.Sampling.Stages[0] with { Steps = 10, Guidance = new() };
        var stage = new StageVelocity(network.Forward, manifest.Diffusion, settings.Guidance, io["y"], manifest.Model.Classes, null, 1);
        var path = manifest.Diffusion.Path;
        Golden.Matches($"dit ddim of {file}", Solve.Over(settings.Solver, stage, io["noise"], settings.Times(path), path), io["ddim"], 5e-5);
    }

    [Fact]
    public void Of_a_training_checkpoint_the_average_is_imported()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        var result = TransformerImport.Import(
            SharedFiles.Require("golden", "dit", "dit_a_train_layout.pt"), TransformerKind.Dit, Config("dit"), "dit", folder["model"]);
        Assert.Equal("ema", result.Layout);
        using var network = ModelFolder.Read(folder["model"]).Networks[0];
        var io = Golden.Load("dit", "dit_a_io.safetensors");
        // The border turns time: the network takes t = 1 - (k + 1) / 1000 for DiT's k.
        var t = (io["t"].to(ScalarType.Float64) + 1).div(-1000).add(1).to(ScalarType.Float32);
        Golden.Matches("dit out_ema", network.Forward(io["x"], t, io["y"]), io["out_ema"], 2e-5);
    }

    [Theory]
    [InlineData("dit_a.pt")]
    [InlineData("dit_a.safetensors")]
    public void Nothing_is_left_of_an_import(string file)
    {
        using var folder = new TemporaryFolder();
        var source = SharedFiles.Require("golden", "dit", file);
        LiveTensors.StayFlat(3, () => TransformerImport.Import(source, TransformerKind.Dit, Config("dit"), "dit_a", folder["model"]));
    }

    [Fact]
    public void An_imported_SiT_gives_the_official_trajectory()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        TransformerImport.Import(SharedFiles.Require("golden", "sit", "sit_a.safetensors"), TransformerKind.Sit, Config("sit"), "sit", folder["model"]);
        var (manifest, networks) = ModelFolder.Read(folder["model"]);
        using var network = networks[0];
        var io = Golden.Load("sit", "sit_a_io.safetensors");
        var guidance = manifest.Sampling.Stages[0].Guidance with { Scale = 2.5 };
        var half = io["ode_cfg_y"].shape[0] / 2;
        var velocity = new StageVelocity(network.Forward, manifest.Diffusion, guidance, io["ode_cfg_y"].narrow(0, 0, half), manifest.Model.Classes, null, 1);
        var noise = io["ode_cfg_noise_in"].narrow(0, 0, half);
        var end = Solve.Over(manifest.Sampling.Stages[0].Solver, velocity, noise, TimeGrid.Of(manifest.Diffusion.Path, 10));
        Golden.Matches("sit ode_cfg_heun_10intervals", end, io["ode_cfg_heun_10intervals"].narrow(0, 0, half), 2e-5);
    }

    [Fact]
    public void Heads_come_from_the_official_size_that_fits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var config = GoldenTransformers.Config with { Width = 384, Depth = 12, Heads = 6, Channels = 3, LearnSigma = false };
        using (var network = new DiffusionTransformer(config)) StateDictLoader.Save(network, folder["dit-s.safetensors"], ScalarType.Float16);
        TransformerImport.Import(folder["dit-s.safetensors"], TransformerKind.Dit, null, "dit-s", folder["model"]);
        using var model = MsfModel.Load(folder["model"]);
        Assert.Equal(6, model.Manifest.Model.Stages[0].Heads);
        Assert.Null(model.Manifest.Sampling.Stages[0].Guidance.Channels);
        Assert.Equal(SolverKind.Ddim, model.Manifest.Sampling.Stages[0].Solver);
    }

    [Theory]
    [InlineData(null, "give it with --config FILE")]
    [InlineData("""{"num_heads": 3}""", "multiple of 4 and of the number of heads")]
    [InlineData("""{"num_heads": 4, "depth": 3}""", "depth is 3, the weights have 2")]
    [InlineData("""{"num_heads": 4, "class_dropout_prob": 0}""", "class_dropout_prob is 0")]
    [InlineData("""{"heads": 4}""", "there is no member heads")]
    public void A_configuration_that_does_not_fit_is_refused_in_one_line(string? config, string why)
    {
        var source = SharedFiles.Require("golden", "dit", "dit_a.pt");
        using var folder = new TemporaryFolder();
        if (config is not null) File.WriteAllText(folder["config.json"], config);
        var error = Assert.Throws<InvalidDataException>(
            () => TransformerImport.Import(source, TransformerKind.Dit, config is null ? null : folder["config.json"], "x", folder["model"]));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(Directory.Exists(folder["model"]));
    }

    [Fact]
    public void Missing_unexpected_and_mismatched_keys_are_listed()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensors = Golden.Load("dit", "dit_a.safetensors");
        tensors.Remove("blocks.1.attn.qkv.bias");
        tensors["stray"] = zeros(1);
        tensors["blocks.1.mlp.fc2.weight"] = zeros(3, 3);
        SafetensorsWriter.Write(folder["a.safetensors"], tensors);
        var error = Assert.Throws<InvalidDataException>(
            () => TransformerImport.Import(folder["a.safetensors"], TransformerKind.Dit, Config("dit"), "x", folder["model"]));
        Assert.Contains("1 missing: \"blocks.1.attn.qkv.bias\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 unexpected: \"stray\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 of another shape: \"blocks.1.mlp.fc2.weight\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_something_else_are_refused()
    {
        using var folder = new TemporaryFolder();
        var source = SharedFiles.Require("golden", "vae", "vae_a_compvis.safetensors");
        var error = Assert.Throws<InvalidDataException>(() => TransformerImport.Import(source, TransformerKind.Dit, null, "x", folder["model"]));
        Assert.Contains("no official DiT or SiT", error.Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => TransformerImport.Import(folder.Root, TransformerKind.Dit, null, "x", folder["model"]));
    }
}
