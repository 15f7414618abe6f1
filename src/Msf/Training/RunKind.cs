namespace Msf.Training;

/// <summary>What a configuration trains.</summary>
public enum RunKind
{
    /// <summary>A diffusion model: a <see cref="RunConfig"/>, with a member <c>model</c>.</summary>
    Model,

    /// <summary>An autoencoder: an <see cref="AutoencoderRunConfig"/>, with a member <c>autoencoder</c> and none named <c>model</c>.</summary>
    Autoencoder,

    /// <summary>A classifier: a <see cref="ClassifierRunConfig"/>, with a member <c>classifier</c> and none named <c>model</c>.</summary>
    Classifier,
}
