namespace Msf.Training;

/// <summary>What an autoencoder run left behind: its newest good checkpoint.</summary>
/// <param name="Folder">The checkpoint's folder; its tensors are as they were written.</param>
/// <param name="Config">The configuration it was trained with.</param>
/// <param name="State">Where it stands.</param>
internal sealed record SavedAutoencoderRun(string Folder, AutoencoderRunConfig Config, AutoencoderTrainingState State)
{
    /// <summary>Name of the autoencoder's tensors in a checkpoint.</summary>
    public const string WeightsName = "autoencoder.safetensors";

    /// <summary>Name of the discriminator's tensors in a checkpoint.</summary>
    public const string DiscriminatorName = "discriminator.safetensors";

    /// <inheritdoc cref="SavedCheckpoint.FindNewest"/>
    public static SavedAutoencoderRun? FindNewest(RunFolder run, Action<string> warn) =>
        SavedCheckpoint.FindNewest<AutoencoderRunConfig, AutoencoderTrainingState>(run, config => config.Loss.Discriminator is null ? [WeightsName] : [WeightsName, DiscriminatorName], state => state.Images, (config, state) => [.. config.Validate(), .. state.Validate()], warn)
            is var (folder, config, state) ? new SavedAutoencoderRun(folder, config, state) : null;
}
