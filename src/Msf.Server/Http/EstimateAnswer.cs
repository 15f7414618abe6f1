namespace Msf.Server;

/// <summary>What settings will cost.</summary>
/// <param name="Settings">They, resolved.</param>
/// <param name="MultiplyAddsPerImage">Multiply-adds of one image.</param>
/// <param name="Seconds">Expected seconds of all images, without what waits; null where not known yet.</param>
/// <param name="Stages">The same, stage by stage.</param>
/// <param name="QueueSeconds">Expected seconds until what waits is done; null where not known yet.</param>
public sealed record EstimateAnswer(GenerationSettings Settings, double MultiplyAddsPerImage, double? Seconds, IReadOnlyList<EstimateAnswer.Stage> Stages, double? QueueSeconds)
{
    /// <summary>A stage.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="MultiplyAddsPerImage">Multiply-adds of one image.</param>
    /// <param name="Seconds">Expected seconds of all images.</param>
    public sealed record Stage(string Name, double MultiplyAddsPerImage, double? Seconds);

    /// <summary>Estimates.</summary>
    internal static EstimateAnswer Of(GenerationSettings settings, ModelCard card, ModelWorker? worker, ServerLimits limits)
    {
        var speed = worker?.Speed ?? new ModelSpeed(card);
        var sampling = SettingsResolver.Sampling(settings, card);
        if (card.Target(settings) is { } target) sampling = Msf.Sampling.SizeShift.Apply(sampling, card.Manifest.Model, target);
        var model = card.At(settings);
        var work = speed.Work(model, sampling);
        var batch = Math.Min(settings.Count, limits.Batch);
        var seconds = speed.Seconds(model, sampling, batch);
        var batches = settings.Count / (double)batch;
        return new EstimateAnswer(
            settings, work.Sum(), seconds is null ? null : Math.Round(seconds.Sum() * batches, 4),
            [.. work.Select((each, i) => new Stage(StageNames.Of(i, card.Stages), each, seconds is null ? null : Math.Round(seconds[i] * batches, 4)))],
            worker is null ? null : GenerationEngine.QueueSeconds(worker));
    }
}
