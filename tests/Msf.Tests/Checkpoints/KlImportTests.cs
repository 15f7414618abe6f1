using System.Text.Json;
using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>KL autoencoders out of every layout they are published in.</summary>
public sealed class KlImportTests : IDisposable
{
    private const string SmallGroups = """{"norm_num_groups": 4, "resolution": 16, "attn_resolutions": [8], "scale_factor": 0.5}""";

    private readonly TemporaryFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("compvis")]
    [InlineData("lightning, with losses")]
    [InlineData("whole model")]
    [InlineData("diffusers")]
    [InlineData("diffusers, old attention")]
    [InlineData("diffusers, pipeline folder")]
    [InlineData("float64")]
    public void Every_layout_gives_the_official_outputs(string layout)
    {
        using var noGrad = no_grad();
        var result = AutoencoderImport.ImportKl(KlLayouts.Write(_folder, layout), null, "vae_a", _folder["out"]);
        using var autoencoder = AutoencoderFolder.Load(_folder["out"]);
        var io = Golden.Load("vae", "vae_a_io.safetensors");
        var latent = autoencoder.Encode(io["image"]);
        Golden.Matches($"vae mean of {layout}", latent.Mean, io["mean"], 2e-5);
        Golden.Matches($"vae logvar of {layout}", latent.LogVariance!, io["logvar"], 2e-5);
        Golden.Matches($"vae decoded of {layout}", autoencoder.Decode(io["mean"]), io["decoded"], 2e-5);
        using var expected = new KlAutoencoder(SmallAutoencoders.GoldenKl with { Scale = autoencoder.Config.Scale });
        StateDictLoader.Load(expected, Golden.Load("vae", "vae_a_compvis.safetensors"), "vae_a");
        Assert.All(expected.state_dict(), pair => Assert.True(TensorAssert.Identical(pair.Value, autoencoder.Network!.state_dict()[pair.Key]), pair.Key));
        Assert.Equal(layout.StartsWith("diffusers", StringComparison.Ordinal) ? 0.18215 : layout == "whole model" ? 0.13025 : 1, result.Scale);
        Assert.Equal(layout switch { "whole model" => "first_stage_model", "lightning, with losses" => "state_dict", _ => "" }, result.Layout);
        using var file = SafetensorsFile.Open(Path.Combine(_folder["out"], AutoencoderFolder.WeightsName));
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(layout == "float64" ? ScalarType.Float32 : ScalarType.Float16, tensor.DType));
        Assert.Contains("SHA-256", AutoencoderFolder.ReadManifest(_folder["out"]).Source, StringComparison.Ordinal);
    }

    [Fact]
    public void The_names_of_diffusers_are_those_of_the_published_table()
    {
        using var map = JsonDocument.Parse(File.ReadAllText(SharedFiles.Require("golden", "vae", "vae_a_keymap.json")));
        var pairs = map.RootElement.GetProperty("compvis_to_diffusers").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
        var levels = KlKeys.Levels(pairs.Values);
        Assert.Equal(3, levels);
        Assert.All(pairs, pair => Assert.Equal(pair.Key, KlKeys.Official(pair.Value, levels)));
        Assert.All(pairs, pair => Assert.Equal(pair.Key, KlKeys.Official(KlLayouts.Old(pair.Value), levels)));
    }

    [Theory]
    [InlineData("decoder.up_blocks.3.resnets.0.conv1.weight")]
    [InlineData("decoder.up_blocks.-1.resnets.0.conv1.weight")]
    [InlineData("encoder.mid_block.resnets.2.conv1.weight")]
    [InlineData("encoder.mid_block.attentions.1.to_q.weight")]
    [InlineData("encoder.mid_block.attentions.0.to_out.1.weight")]
    [InlineData("encoder.down_blocks.0.motion.0.weight")]
    [InlineData("encoder")]
    public void A_name_that_diffusers_has_not_stays_to_be_listed(string name) => Assert.Equal(name, KlKeys.Official(name, 3));

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Attention_points_of_other_widths_and_attention_at_levels_are_read_off_the_shapes(ScalarType type)
    {
        using var noGrad = no_grad();
        File.WriteAllText(_folder["config.json"], SmallGroups);
        foreach (var distribution in new[] { true, false })
            foreach (var quant in new[] { true, false })
            {
                var kl = SmallAutoencoders.Kl.Kl! with { Distribution = distribution, QuantConvolutions = quant, LatentChannels = quant ? 3 : 5 };
                using var own = SmallAutoencoders.Create(SmallAutoencoders.Kl with { Kl = kl, Shift = 0 });
                var state = own.Network!.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to_type(type));
                var (compvis, diffusers) = (_folder[$"{quant}.pt"], _folder[$"{distribution}{quant}.safetensors"]);
                File.Delete(compvis);
                TorchFiles.Write(compvis, state);
                SafetensorsWriter.Write(diffusers, state.ToDictionary(pair => KlLayouts.Diffusers(pair.Key, 3), pair => pair.Value));
                foreach (var source in new[] { compvis, diffusers })
                {
                    AutoencoderImport.ImportKl(source, _folder["config.json"], "small", _folder["out"]);
                    using var loaded = AutoencoderFolder.Load(_folder["out"]);
                    Assert.Equal(JsonSerializer.Serialize(own.Config), JsonSerializer.Serialize(loaded.Config));
                    Assert.All(state, pair => Assert.True(TensorAssert.Identical(pair.Value, loaded.Network!.state_dict()[pair.Key]), pair.Key));
                }
            }
    }

    [Fact]
    public void The_architecture_of_Stable_Diffusion_has_its_scale_unless_something_says_otherwise()
    {
        var config = new AutoencoderConfig { Kind = AutoencoderKind.Kl, Kl = new KlConfig() };
        Assert.Equal(0.18215, LatentFactors.Of(null, null, config).Scale);
        Assert.Equal(0.13025, LatentFactors.Of(null, LatentFactors.StableDiffusionXl, config).Scale);
        Assert.Equal((1.5, 0.0), (LatentFactors.Of(new() { ScalingFactor = 1.5 }, LatentFactors.StableDiffusionXl, config).Scale, 0.0));
        Assert.Equal((0.13025, 0.25), (LatentFactors.Of(new() { ShiftFactor = 0.25 }, LatentFactors.StableDiffusionXl, config) is var factors ? (factors.Scale, factors.Shift) : default));
        Assert.Equal(0.18215, LatentFactors.Of(new() { ClassName = "AutoencoderKL" }, null, SmallAutoencoders.GoldenKl).Scale);
        Assert.Equal(1, LatentFactors.Of(null, null, SmallAutoencoders.GoldenKl).Scale);
    }

    [Theory]
    [InlineData("""{"scaling_facto": 1}""", "there is no member \"scaling_facto\"")]
    [InlineData("""{"scaling_factor": 0}""", "scaling_factor is 0, expected more than 0")]
    [InlineData("""{"_class_name": "AutoencoderKLFlux2"}""", "it is of the class \"AutoencoderKLFlux2\", expected AutoencoderKL")]
    [InlineData("""{"_class_name": "AutoencoderKL", "latents_mean": [0, 0, 0, 0]}""", "latents_mean")]
    [InlineData("""{"_class_name": "AutoencoderKL", "block_out_channels": [32, 64, 128]}""", "block_out_channels is [32, 64, 128], the weights have [32, 64, 64]")]
    [InlineData("""{"ch": 64, "z_channels": 8}""", "ch is 64, the weights have 32; z_channels is 8, the weights have 4")]
    [InlineData("""{"act_fn": "relu", "mid_block_add_attention": false}""", "mid_block_add_attention is False, the weights have True; act_fn is \"relu\"")]
    [InlineData("""{"resolution": 32, "attn_resolutions": [16]}""", "attn_resolutions is [16], the weights have []")]
    [InlineData("""{"norm_num_groups": 5}""", "is not divisible by 5 groups")]
    public void A_configuration_that_does_not_fit_is_refused_in_one_line(string config, string why)
    {
        File.WriteAllText(_folder["config.json"], config);
        Refused(SharedFiles.Require("golden", "vae", "vae_a_compvis.safetensors"), why, _folder["config.json"]);
    }

    [Fact]
    public void Missing_unexpected_and_mismatched_keys_are_listed()
    {
        var tensors = Golden.Load("vae", "vae_a_compvis.safetensors");
        tensors.Remove("encoder.mid.attn_1.k.bias");
        tensors["model_ema.decay"] = zeros(1);
        tensors["encoder.norm_out.bias"] = zeros(3);
        SafetensorsWriter.Write(_folder["a.safetensors"], tensors);
        Refused(
            _folder["a.safetensors"], "1 missing: \"encoder.mid.attn_1.k.bias\"; 1 unexpected: \"model_ema.decay\"; 1 of another shape: \"encoder.norm_out.bias\" is (3), expected (64)");
    }

    [Fact]
    public void Weights_of_something_else_or_twice_or_of_unknown_groups_are_refused()
    {
        Refused(SharedFiles.Require("golden", "dit", "dit_a.pt"), "no KL autoencoder: \"encoder.conv_in.weight\" is missing");
        var tensors = Golden.Load("vae", "vae_a_diffusers", "diffusion_pytorch_model.safetensors");
        tensors["encoder.mid_block.attentions.0.query.weight"] = zeros(64, 64);
        SafetensorsWriter.Write(_folder["twice.safetensors"], tensors);
        Refused(_folder["twice.safetensors"], "under a second name");
        using (var own = SmallAutoencoders.Create(SmallAutoencoders.Kl)) StateDictLoader.Save(own.Network!, _folder["small.safetensors"]);
        Refused(_folder["small.safetensors"], "give it with --config FILE, {\"norm_num_groups\": N}");
    }

    [Fact]
    public void Names_and_shapes_that_make_no_network_are_refused_before_one_is_built()
    {
        var tensors = Golden.Load("vae", "vae_a_compvis.safetensors");
        tensors["encoder.down.0.block.63.conv1.weight"] = zeros(1);
        SafetensorsWriter.Write(_folder["a.safetensors"], tensors);
        Refused(_folder["a.safetensors"], "it has 3 levels of 64 blocks");
        tensors = Golden.Load("vae", "vae_a_compvis.safetensors");
        (tensors["encoder.conv_out.weight"], tensors["decoder.conv_in.weight"]) = (zeros(0, 64, 3, 3), zeros(64, 0, 3, 3));
        SafetensorsWriter.Write(_folder["a.safetensors"], tensors);
        Refused(_folder["a.safetensors"], "the encoder gives 0 channels and the decoder takes 0");
    }

    [Theory]
    [InlineData("diffusers")]
    [InlineData("lightning, with losses")]
    public void Nothing_is_left_of_an_import(string layout)
    {
        var source = KlLayouts.Write(_folder, layout);
        LiveTensors.StayFlat(3, () => AutoencoderImport.ImportKl(source, null, "x", _folder["out"]));
    }

    private void Refused(string source, string why, string? config = null)
    {
        var error = Assert.Throws<InvalidDataException>(() => AutoencoderImport.ImportKl(source, config, "x", _folder["out"]));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(Directory.Exists(_folder["out"]));
    }
}
