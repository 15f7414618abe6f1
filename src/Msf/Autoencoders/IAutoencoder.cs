using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>
/// Maps images to latents of a smaller size and back. Images are float32 in [-1, 1] at this border, whatever the family computes in. Latents here are
/// the family's own; what diffusion works on is <see cref="LatentScaling.Normalize"/> of them.
/// </summary>
public interface IAutoencoder : IDisposable
{
    /// <summary>Family, architecture, scale and shift.</summary>
    public AutoencoderConfig Config { get; }

    /// <summary>The network that holds the weights, under the keys of the official code; null where there are none (pixels).</summary>
    public nn.Module? Network { get; }

    /// <summary>
    /// SHA-256 of configuration and weights in lower-case hexadecimal digits: latents of one identity mean the same images. Computed when first asked for and
    /// kept, so ask before the network is converted to another type and not while it is being trained.
    /// </summary>
    public string Identity { get; }

    /// <summary>Encodes images.</summary>
    /// <param name="images">(B, C_image, H, W) in [-1, 1]; H and W multiples of the factor.</param>
    /// <returns>Distribution or point, (B, C, H / factor, W / factor), float32, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public LatentDistribution Encode(Tensor images);

    /// <summary>Decodes latents.</summary>
    /// <param name="latents">(B, C, h, w).</param>
    /// <returns>Images, (B, C_image, h factor, w factor), float32, nominally in [-1, 1] (not clamped), owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor Decode(Tensor latents);
}
