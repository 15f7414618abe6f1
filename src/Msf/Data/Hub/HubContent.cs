namespace Msf.Data;

/// <summary>What is looked for in a repository.</summary>
public enum HubContent
{
    /// <summary>A transformer: diffusers' file at the top or in <c>transformer</c>, else one file at the top.</summary>
    Transformer,

    /// <summary>A KL autoencoder: diffusers' file at the top or in <c>vae</c>, else one file at the top.</summary>
    KlAutoencoder,

    /// <summary>An autoencoder of the TAESD family: diffusers' file at the top, else an encoder and a decoder.</summary>
    TinyAutoencoder,
}
