namespace Msf.Autoencoders;

/// <summary>The families of autoencoders.</summary>
public enum AutoencoderKind
{
    /// <summary>None: the latent is the image.</summary>
    Pixels,

    /// <summary>The KL-regularised autoencoder of latent diffusion (Rombach et al. 2022).</summary>
    Kl,

    /// <summary>The tiny autoencoder of the TAESD family (madebyollin/taesd).</summary>
    Tiny,
}
