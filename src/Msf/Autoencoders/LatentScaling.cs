using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>Between an autoencoder's own latents and those of about unit deviation that diffusion works on.</summary>
public static class LatentScaling
{
    /// <summary>(z - shift) scale.</summary>
    /// <param name="config">Gives shift and scale.</param>
    /// <param name="latents">The autoencoder's latents, any shape.</param>
    /// <returns>A new tensor, owned by the caller's dispose scope.</returns>
    public static Tensor Normalize(this AutoencoderConfig config, Tensor latents)
    {
        using var scope = NewDisposeScope();
        return latents.Plus(-config.Shift).Times(config.Scale).MoveToOuterDisposeScope();
    }

    /// <summary>z / scale + shift.</summary>
    /// <param name="config">Gives shift and scale.</param>
    /// <param name="normalized">What diffusion works on, any shape.</param>
    /// <returns>The autoencoder's latents, a new tensor, owned by the caller's dispose scope.</returns>
    public static Tensor Denormalize(this AutoencoderConfig config, Tensor normalized)
    {
        using var scope = NewDisposeScope();
        return normalized.Times(1 / config.Scale).Plus(config.Shift).MoveToOuterDisposeScope();
    }
}
