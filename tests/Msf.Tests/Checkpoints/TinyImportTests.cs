using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>Autoencoders of the TAESD family out of every layout they are published in.</summary>
public sealed class TinyImportTests : IDisposable
{
    private const string Config = """
        {"_class_name": "AutoencoderTiny", "_diffusers_version": "0.20.0.dev0", "act_fn": "relu", "decoder_block_out_channels": [64, 64, 64, 64],
        "encoder_block_out_channels": [64, 64, 64, 64], "force_upcast": false, "in_channels": 3, "latent_channels": 4, "latent_magnitude": 3, "latent_shift": 0.5,
        "num_decoder_blocks": [3, 3, 3, 1], "num_encoder_blocks": [1, 3, 3, 3], "out_channels": 3, "scaling_factor": 1.0, "upsampling_scaling_factor": 2}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("taesd", "two files")]
    [InlineData("taesd", "two files, the other way round")]
    [InlineData("taesd", "folder")]
    [InlineData("taesd", "diffusers")]
    [InlineData("taesd", "one file")]
    [InlineData("taesd3", "two files")]
    [InlineData("taesd3", "diffusers")]
    public void Every_layout_gives_the_official_outputs(string name, string layout)
    {
        using var noGrad = no_grad();
        var (encoder, decoder) = (Weights($"{name}_encoder.bf16.safetensors"), Weights($"{name}_decoder.bf16.safetensors"));
        var result = layout switch
        {
            "two files" => AutoencoderImport.ImportTiny(encoder, decoder, null, name, _folder["out"]),
            "two files, the other way round" => AutoencoderImport.ImportTiny(decoder, encoder, null, name, _folder["out"]),
            "folder" => AutoencoderImport.ImportTiny(Both(encoder, decoder), null, null, name, _folder["out"]),
            _ => AutoencoderImport.ImportTiny(Together(encoder, decoder, layout == "diffusers", name == "taesd"), null, null, name, _folder["out"]),
        };
        using var autoencoder = AutoencoderFolder.Load(_folder["out"]);
        var io = Golden.Load("taesd", "taesd_io.safetensors");
        Golden.Matches($"{name} latent of {layout}", autoencoder.Encode((io["image"] * 2) - 1).Mean, io[$"{name}_latent"], 5e-5);
        Golden.Matches($"{name} decoded of {layout}", (autoencoder.Decode(io[$"{name}_latent"]) + 1) / 2, io[$"{name}_decoded"], 5e-5);
        Assert.Equal((1.0, 0.0), (result.Scale, result.Shift));
        using var file = SafetensorsFile.Open(Path.Combine(_folder["out"], AutoencoderFolder.WeightsName));
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(ScalarType.BFloat16, tensor.DType));
    }

    [Fact]
    public void The_variant_of_32_channels_is_read_from_its_pth_files()
    {
        using var noGrad = no_grad();
        var (encoder, decoder) = (Weights("taef2_encoder.pth"), Weights("taef2_decoder.pth"));
        AutoencoderImport.ImportTiny(encoder, decoder, null, "taef2", _folder["out"]);
        using var autoencoder = (TinyAutoencoder)AutoencoderFolder.Load(_folder["out"]);
        Assert.Equal((32, true), (autoencoder.Config.LatentChannels, autoencoder.Config.Tiny!.MiddleNormalization));
        using var expected = new TinyAutoencoder(autoencoder.Config);
        StateDictLoader.Load(expected.Encoder, ForeignWeights.Read(encoder).Tensors, "encoder");
        StateDictLoader.Load(expected.Decoder, ForeignWeights.Read(decoder).Tensors, "decoder");
        expected.eval();
        var image = Golden.Load("taesd", "taesd_io.safetensors")["image"] * 2 - 1;
        var latent = expected.Encode(image).Mean;
        Assert.True(TensorAssert.Identical(latent, autoencoder.Encode(image).Mean));
        Assert.True(TensorAssert.Identical(expected.Decode(latent), autoencoder.Decode(latent)));
        Assert.InRange((expected.Decode(latent) - image).abs().mean().item<float>(), 0, 0.1);  // they are of one another
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    public void Other_widths_and_types_are_read_off_the_files(ScalarType type)
    {
        using var noGrad = no_grad();
        using var own = (TinyAutoencoder)SmallAutoencoders.Create(SmallAutoencoders.Tiny);
        TorchFiles.Write(_folder["encoder.pth"], own.Encoder.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to_type(type)));
        TorchFiles.Write(_folder["decoder.pth"], own.Decoder.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to_type(type)));
        AutoencoderImport.ImportTiny(_folder.Root, null, null, "small", _folder["out"]);
        using var loaded = AutoencoderFolder.Load(_folder["out"]);
        Assert.Equal(own.Config.Tiny, loaded.Config.Tiny);
        Assert.All(own.state_dict(), pair => Assert.True(TensorAssert.Identical(pair.Value.to_type(type), loaded.Network!.state_dict()[pair.Key]), pair.Key));
    }

    [Theory]
    [InlineData("""{"_class_name": "AutoencoderKL"}""", "it is of the class \"AutoencoderKL\", expected AutoencoderTiny")]
    [InlineData("""{"latent_channels": 16, "act_fn": "silu"}""", "latent_channels is 16, the weights have 4; act_fn is \"silu\", only relu is known here")]
    [InlineData("""{"num_encoder_blocks": [1, 2, 3, 3], "upsample_fn": "bilinear"}""", "num_encoder_blocks is [1, 2, 3, 3], the weights have [1, 3, 3, 3]; upsample_fn")]
    public void A_configuration_that_does_not_fit_is_refused_in_one_line(string config, string why)
    {
        File.WriteAllText(_folder["config.json"], config);
        Refused(Weights("taesd_encoder.bf16.safetensors"), Weights("taesd_decoder.bf16.safetensors"), why, _folder["config.json"]);
    }

    [Fact]
    public void A_half_alone_or_twice_or_of_another_autoencoder_is_refused_in_one_line()
    {
        var (encoder, decoder) = (Weights("taesd_encoder.bf16.safetensors"), Weights("taesd_decoder.bf16.safetensors"));
        Refused(encoder, null, "it holds the encoder alone; give the other half too, with --decoder FILE");
        Refused(decoder, null, "it holds the decoder alone");
        Refused(encoder, encoder, "came already");
        Refused(encoder, Weights("taesd3_decoder.bf16.safetensors"), "of another shape: \"encoder.14.bias\"");
        Refused(SharedFiles.Require("golden", "dit", "dit_a.pt"), null, "no autoencoder of the TAESD family: its keys begin with \"blocks.0.");
        var tensors = SafetensorsFile.ReadAll(encoder);
        tensors.Remove("14.weight");
        SafetensorsWriter.Write(_folder["a.safetensors"], tensors);
        Refused(_folder["a.safetensors"], decoder, "1 missing: \"encoder.14.weight\"");
    }

    private static string Weights(string name) => SharedFiles.Require("data", "weights", name);

    private string Both(string encoder, string decoder)
    {
        File.Copy(encoder, _folder["taesd_encoder.safetensors"]);
        File.Copy(decoder, _folder["taesd_decoder.safetensors"]);
        return _folder.Root;
    }

    private string Together(string encoder, string decoder, bool diffusers, bool withConfig)
    {
        var together = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in SafetensorsFile.ReadAll(encoder)) together.Add($"encoder.{(diffusers ? "layers." : "")}{name}", tensor);
        foreach (var (name, tensor) in SafetensorsFile.ReadAll(decoder))
            together.Add(diffusers && name.Split('.', 2) is [var layer, var rest] ? $"decoder.layers.{int.Parse(layer) - 1}.{rest}" : $"decoder.{name}", tensor);
        SafetensorsWriter.Write(_folder["diffusion_pytorch_model.safetensors"], together);
        if (withConfig) File.WriteAllText(_folder["config.json"], Config);
        return _folder.Root;
    }

    private void Refused(string source, string? other, string why, string? config = null)
    {
        var error = Assert.Throws<InvalidDataException>(() => AutoencoderImport.ImportTiny(source, other, config, "x", _folder["out"]));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(Directory.Exists(_folder["out"]));
    }
}
