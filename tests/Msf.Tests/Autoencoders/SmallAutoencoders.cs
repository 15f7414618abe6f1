using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

/// <summary>Configurations and networks that the tests share.</summary>
internal static class SmallAutoencoders
{
    /// <summary>The random KL autoencoder of the golden fixtures.</summary>
    public static AutoencoderConfig GoldenKl { get; } = new()
    {
        Kind = AutoencoderKind.Kl,
        Kl = new KlConfig { Width = 32, Multipliers = [1, 2, 2], Blocks = 1, Resolution = 32 },
    };

    /// <summary>A quick one, f4, with attention at the deeper levels.</summary>
    public static AutoencoderConfig Kl { get; } = new()
    {
        Kind = AutoencoderKind.Kl,
        Kl = new KlConfig { Width = 8, Multipliers = [1, 2, 3], Blocks = 1, Resolution = 16, AttentionResolutions = [8], InnerChannels = 5, LatentChannels = 3, Groups = 4 },
        Scale = 0.5,
        Shift = 0.25,
    };

    /// <summary>A quick one of the tiny family.</summary>
    public static AutoencoderConfig Tiny { get; } = new() { Kind = AutoencoderKind.Tiny, Tiny = new TinyConfig { LatentChannels = 6, Width = 8, MiddleNormalization = true } };

    /// <summary>Pixels.</summary>
    public static AutoencoderConfig Pixels { get; } = new() { Kind = AutoencoderKind.Pixels };

    public static AutoencoderConfig Of(AutoencoderKind kind) => kind switch { AutoencoderKind.Kl => Kl, AutoencoderKind.Tiny => Tiny, _ => Pixels };

    /// <summary>An autoencoder whose weights are a function of a seed, in evaluation mode.</summary>
    public static IAutoencoder Create(AutoencoderConfig config, long seed = 1)
    {
        var autoencoder = Autoencoder.Create(config);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator((ulong)seed);
        foreach (var (name, tensor) in (autoencoder.Network?.state_dict() ?? []).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var fanIn = tensor.shape.Length > 1 ? tensor.numel() / tensor.shape[0] : 1;
            var noise = randn(tensor.shape, generator: generator) * (fanIn > 1 ? 1.4 / Math.Sqrt(fanIn) : 0.1);
            tensor.copy_(name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal) ? noise + 1 : noise);
        }
        autoencoder.Network?.eval();
        return autoencoder;
    }

    /// <summary>Smooth images in [-1, 1], (count, 3, height, width).</summary>
    public static Tensor Images(int count, int height, int width, long seed = 2)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var coarse = randn([count, 3, (height + 3) / 4, (width + 3) / 4], generator: generator);
        return nn.functional.interpolate(coarse, size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false).clamp(-1, 1).MoveToOuterDisposeScope();
    }
}
