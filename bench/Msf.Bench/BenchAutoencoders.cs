using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>The autoencoders that the benches look at, with published weights out of a folder, and images as tensors.</summary>
internal static class BenchAutoencoders
{
    /// <summary>taesd, taesd3, taef2 or kl: a random one of the reference values' size.</summary>
    /// <param name="name">Name.</param>
    /// <param name="weights">Folder of <c>taesd_encoder.bf16.safetensors</c> and the like.</param>
    /// <param name="precision">Type of the convolutions.</param>
    public static IAutoencoder Load(string name, string weights, ComputePrecision precision)
    {
        if (name == "kl")
            return Autoencoder.Create(new() { Kind = AutoencoderKind.Kl, Kl = new() { Width = 32, Multipliers = [1, 2, 2, 2], Blocks = 1 } }).To(CPU, precision);
        using var scope = NewDisposeScope();
        var channels = name switch { "taesd" => 4, "taef2" => 32, _ => 16 };
        var tiny = new TinyAutoencoder(new() { Kind = AutoencoderKind.Tiny, Tiny = new() { LatentChannels = channels, MiddleNormalization = name == "taef2" } });
        foreach (var (part, network) in new[] { ("encoder", tiny.Encoder), ("decoder", tiny.Decoder) })
        {
            var path = Path.Combine(weights, $"{name}_{part}.bf16.safetensors");
            var tensors = File.Exists(path) ? SafetensorsFile.ReadAll(path) : TorchCheckpoint.Read(Path.Combine(weights, $"{name}_{part}.pth")).Tensors;
            StateDictLoader.Load(network, tensors, path);
        }
        tiny.eval();
        return tiny.To(CPU, precision);
    }

    /// <summary>An image file as (1, 3, H, W) in [-1, 1].</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Side of the square to fit it to, or null to leave it.</param>
    public static Tensor Read(string path, int? size = null)
    {
        using var scope = NewDisposeScope();
        var image = Data.ImageDecoder.Decode(path);
        if (size is { } side) image = Data.ImageResizer.Fit(image, side);
        var bytes = tensor(image.Pixels, ScalarType.Float32).view(1, image.Height, image.Width, 3);
        return (bytes.permute(0, 3, 1, 2).contiguous() / 127.5 - 1).MoveToOuterDisposeScope();
    }
}
