using Msf.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Cli.Commands;

/// <summary>Trains an autoencoder.</summary>
/// <param name="config">The resolved configuration.</param>
internal sealed class AutoencoderSession(AutoencoderRunConfig config)
    : TrainingSession(config, config.Name, config.Data, config.Training, config.Validate)
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Costs()
    {
        var cost = AutoencoderCost.Of(config);
        yield return $"autoencoder: {cost.Parameters / 1e6:F2} M parameters, {config.Size} px to {cost.LatentSide} x {cost.LatentSide} x {config.Autoencoder.LatentChannels}, {cost.MultiplyAdds / 1e9:F3} G multiply-adds a reconstruction, {Training.MaxImages:N0} images";
    }

    /// <inheritdoc/>
    protected override TrainingResult Train(string run, ILabeledSet images, Device device, bool resume, Terminal terminal, CancellationToken cancellation)
    {
        if (images is not IImageSource source)
            throw new InvalidDataException($"{images.Name} is a latent cache, and an autoencoder is trained on images; give those.");
        using var trainer = AutoencoderRun.Open(config, run, source, device, resume, line => terminal.Error.WriteLine($"msf: {line}"));
        terminal.Error.WriteLine(
            $"training {Name} on {images.Count:N0} images of {config.Size} px, {trainer.Precision}, from image {trainer.Images:N0} to {Training.MaxImages:N0}; Ctrl+C saves and stops");
        return Watch(progress => trainer.Train(progress, cancellation), terminal, cancellation);
    }
}
