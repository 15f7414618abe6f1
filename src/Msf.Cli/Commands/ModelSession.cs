using Msf.Data;
using Msf.Models;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Cli.Commands;

/// <summary>Trains a diffusion model.</summary>
/// <param name="config">The resolved configuration.</param>
internal sealed class ModelSession(RunConfig config)
    : TrainingSession(config, config.Model.Name, config.Data, config.Training, config.Validate)
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Costs()
    {
        var shares = new ComputeShares(config);
        var images = shares.ImagesPerStage(config.Training.MaxImages);
        if (config.Distillation is { } distilled)
            yield return $"teacher: {distilled.TeacherName}, {string.Join(" + ", images.Select((_, stage) => Math.Round(distilled.TeacherForwards(stage, config.Diffusion.Prediction), 1)))} forwards a training image";
        for (var stage = 0; stage < images.Length; stage++)
        {
            var cost = TransformerCost.Of(config.Model.Transformer(stage));
            yield return $"stage {stage}: {cost.Parameters / 1e6:F2} M parameters, {cost.Tokens} tokens, {cost.MultiplyAdds / 1e9:F3} G multiply-adds a forward, {images[stage]:N0} images";
        }
        if (config.Model.SharedTrunk)
            yield return $"the stages share a trunk of {TransformerCost.Of(config.Model.Transformer(0)).TrunkParameters / 1e6:F2} M parameters: {TransformerCost.ParametersOf(config.Model) / 1e6:F2} M in all";
        yield return $"training: {shares.TrainingMultiplyAdds(images) / 1e12:F1} T multiply-adds";
        foreach (var caution in config.Cautions()) yield return $"caution: {caution}";
    }

    /// <inheritdoc/>
    protected override TrainingResult Train(string run, ILabeledSet images, Device device, bool resume, Terminal terminal, CancellationToken cancellation)
    {
        using var trainer = TrainingRun.Open(config, run, images, device, resume, line => terminal.Error.WriteLine($"msf: {line}"));
        terminal.Error.WriteLine(
            $"training {Name} on {images.Count:N0} {(images is LatentCache ? "latents" : "images")} in {images.Classes.Count} classes, {trainer.Precision}, from image {trainer.Images:N0} to {Training.MaxImages:N0}; Ctrl+C saves and stops");
        return Watch(progress => trainer.Train(progress, cancellation), terminal, cancellation);
    }
}
