using Msf.Data;
using Msf.Models;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Cli.Commands;

/// <summary>Trains a classifier.</summary>
/// <param name="config">The resolved configuration.</param>
internal sealed class ClassifierSession(ClassifierRunConfig config)
    : TrainingSession(config, config.Name, config.Data, config.Training, config.Validate)
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Costs()
    {
        var cost = ClassifierCost.Of(config.Classifier, config.Size);
        yield return $"classifier: {cost.Parameters / 1e6:F2} M parameters, {config.Size} px, {config.Classifier.Classes} classes, {cost.MultiplyAdds / 1e9:F3} G multiply-adds a forward, {Training.MaxImages:N0} images";
    }

    /// <inheritdoc/>
    protected override TrainingResult Train(string run, ILabeledSet images, Device device, bool resume, Terminal terminal, CancellationToken cancellation)
    {
        if (images is not IImageSource source)
            throw new InvalidDataException($"{images.Name} is a latent cache, and a classifier is trained on images; give those.");
        using var trainer = ClassifierRun.Open(config, run, source, device, resume, line => terminal.Error.WriteLine($"msf: {line}"));
        terminal.Error.WriteLine(
            $"training {Name} on {trainer.Count.Training:N0} images of {config.Size} px in {images.Classes.Count} classes, {trainer.Precision}, from image {trainer.Images:N0} to {Training.MaxImages:N0}; Ctrl+C saves and stops");
        var result = Watch(progress => trainer.Train(progress, cancellation), terminal, cancellation);
        terminal.Error.WriteLine($"held-out accuracy {100 * trainer.HeldOut.Accuracy:F1} % ± {100 * trainer.HeldOut.StandardError:F1} on {trainer.HeldOut.Count:N0} images ({trainer.HeldOut.Images})");
        return result;
    }
}
