using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>Builds autoencoders from their configurations.</summary>
public static class Autoencoder
{
    /// <summary>Builds an autoencoder with PyTorch's initial weights.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="device">Where to create the weights (also <c>meta</c>); the CPU when null.</param>
    /// <returns>The autoencoder, float32, in training mode, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    public static IAutoencoder Create(AutoencoderConfig config, Device? device = null) => config.Kind switch
    {
        AutoencoderKind.Kl => new KlAutoencoder(config, device),
        AutoencoderKind.Tiny => new TinyAutoencoder(config, device),
        _ => new PixelAutoencoder(config),
    };

    /// <summary>Moves an autoencoder to where and how it computes; its identity stays that of the weights before.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="precision">Type of the convolutions: float32 or bfloat16; auto takes the faster product on this machine.</param>
    /// <returns>The same autoencoder.</returns>
    public static IAutoencoder To(this IAutoencoder autoencoder, Device device, ComputePrecision precision)
    {
        if (autoencoder.Network is not { } network) return autoencoder;
        _ = autoencoder.Identity;
        network.to(device);
        network.to(PrecisionSelector.Resolve(precision, device).ToScalarType());
        return autoencoder;
    }

    /// <summary>Requires a valid configuration of a kind.</summary>
    internal static void RequireKind(AutoencoderConfig config, AutoencoderKind kind)
    {
        var errors = config.Validate();
        if (errors.Count == 0 && config.Kind != kind) errors = [$"kind is {config.Kind}, expected {kind}"];
        if (errors.Count > 0) throw new ArgumentException(string.Join("; ", errors), nameof(config));
    }

    /// <summary>Requires images that an encoder can take.</summary>
    internal static void RequireImages(AutoencoderConfig config, Tensor images)
    {
        ShapeGuard.Require(images, nameof(images), -1, config.ImageChannels, -1, -1);
        if (images.shape[2] % config.Factor != 0 || images.shape[3] % config.Factor != 0 || images.shape[2] == 0 || images.shape[3] == 0)
            throw new ArgumentException(
                $"images are {ShapeGuard.Format(images.shape)}: height and width must be multiples of {config.Factor}; crop, or encode with TiledAutoencoder, which pads.", nameof(images));
    }
}
