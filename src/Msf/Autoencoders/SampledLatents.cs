using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>Turns what diffusion sampled into images.</summary>
public static class SampledLatents
{
    /// <summary>Latents of a larger side are decoded in overlapping tiles.</summary>
    public const int MostWholeSide = 64;

    /// <summary>Decodes latents of about unit deviation image by image: memory is that of one image, and an image does not depend on its batch.</summary>
    /// <param name="autoencoder">Decodes.</param>
    /// <param name="normalized">What was sampled, (B, C, h, w), float32.</param>
    /// <returns>Images, (B, C_image, h factor, w factor), float32, nominally in [-1, 1] (not clamped), without gradients, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static Tensor DecodeSampled(this IAutoencoder autoencoder, Tensor normalized)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var whole = normalized.shape[2] <= MostWholeSide && normalized.shape[3] <= MostWholeSide;
        var tiles = new TiledAutoencoder(autoencoder);
        var images = new List<Tensor>();
        for (var i = 0; i < normalized.shape[0]; i++)
        {
            var latent = autoencoder.Config.Denormalize(normalized.narrow(0, i, 1));          // (1, C, h, w)
            images.Add(whole ? autoencoder.Decode(latent) : tiles.Decode(latent));
        }
        return cat(images).MoveToOuterDisposeScope();
    }
}
