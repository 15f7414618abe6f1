using Msf.Autoencoders;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

/// <summary>Parity with the official autoencoders (tolerances of the fixtures' README).</summary>
public sealed class GoldenAutoencoderTests
{
    private const double KlTolerance = 2e-5;
    private const double KlEndToEndTolerance = 1e-4;
    private const double TinyTolerance = 5e-5;

    [Fact]
    public void Kl_is_that_of_the_official_code()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autoencoder = new KlAutoencoder(SmallAutoencoders.GoldenKl);
        StateDictLoader.Load(autoencoder, Golden.Load("vae", "vae_a_compvis.safetensors"), "vae_a");  // float16 on disk
        autoencoder.eval();
        var io = Golden.Load("vae", "vae_a_io.safetensors");
        var image = io["image"];
        Golden.Matches("vae enc_down0_block0", autoencoder.FirstBlock(image).narrow(0, 0, 1), io["enc_down0_block0"], KlTolerance);
        Golden.Matches("vae moments", autoencoder.Moments(image), io["moments"], KlTolerance);
        var latent = autoencoder.Encode(image);
        Golden.Matches("vae mean", latent.Mean, io["mean"], KlTolerance);
        Golden.Matches("vae logvar", latent.LogVariance!, io["logvar"], KlTolerance);
        Golden.Matches("vae sample", latent.Sample(io["sample_noise"]), io["sample"], KlTolerance);
        Golden.Matches("vae kl", latent.Divergence(), io["kl"], KlTolerance);
        Golden.Matches("vae decoded", autoencoder.Decode(io["mean"]), io["decoded"], KlTolerance);
        Golden.Matches("vae decoded_sample", autoencoder.Decode(io["sample"]), io["decoded_sample"], KlTolerance);
        Golden.Matches("vae end to end", autoencoder.Decode(latent.Mean), io["decoded"], KlEndToEndTolerance);
    }

    [Theory]
    [InlineData("taesd", 4)]
    [InlineData("taesd3", 16)]
    public void Tiny_is_that_of_the_official_code(string name, int channels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autoencoder = new TinyAutoencoder(new() { Kind = AutoencoderKind.Tiny, Tiny = new() { LatentChannels = channels } });
        StateDictLoader.Load(autoencoder.Encoder, Weights(name, "encoder"), $"{name} encoder");          // bfloat16 on disk
        StateDictLoader.Load(autoencoder.Decoder, Weights(name, "decoder"), $"{name} decoder");
        autoencoder.eval();
        var io = Golden.Load("taesd", "taesd_io.safetensors");
        Golden.Matches($"{name} latent", autoencoder.Encode((io["image"] * 2) - 1).Mean, io[$"{name}_latent"], TinyTolerance);
        Golden.Matches($"{name} decoded", (autoencoder.Decode(io[$"{name}_latent"]) + 1) / 2, io[$"{name}_decoded"], TinyTolerance);
    }

    private static Dictionary<string, Tensor> Weights(string name, string part) =>
        SafetensorsFile.ReadAll(SharedFiles.Require("data", "weights", $"{name}_{part}.bf16.safetensors"));
}
