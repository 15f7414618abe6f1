using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>The autoencoder that changes nothing: the latent is the image, factor 1.</summary>
public sealed class PixelAutoencoder : IAutoencoder
{
    /// <param name="config">A valid configuration of kind pixels.</param>
    /// <exception cref="ArgumentException">The configuration is invalid or of another kind.</exception>
    public PixelAutoencoder(AutoencoderConfig config)
    {
        Autoencoder.RequireKind(config, AutoencoderKind.Pixels);
        (Config, Identity) = (config, AutoencoderIdentity.Of(config, null));
    }

    /// <inheritdoc/>
    public AutoencoderConfig Config { get; }

    /// <inheritdoc/>
    public nn.Module? Network => null;

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public LatentDistribution Encode(Tensor images)
    {
        ShapeGuard.Require(images, nameof(images), -1, Config.PixelChannels, -1, -1);
        return new LatentDistribution(images.alias(), null);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        ShapeGuard.Require(latents, nameof(latents), -1, Config.PixelChannels, -1, -1);
        return latents.alias();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
