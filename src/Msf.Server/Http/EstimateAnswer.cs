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
    /// <param name="plan">What is made: of a sweep an entry for every cell.</param>
    /// <param name="card">The model.</param>
    /// <param name="worker">Its worker, where it is loaded.</param>
    /// <param name="limits">Of the server.</param>
    /// <param name="baseIsGiven">Whether the first stage has nothing to do.</param>
    internal static EstimateAnswer Of(IReadOnlyList<GenerationSettings> plan, ModelCard card, ModelWorker? worker, ServerLimits limits, bool baseIsGiven)
    {
        var speed = worker?.Speed ?? new ModelSpeed(card);
        var work = new double[card.Stages];
        var seconds = new double?[card.Stages];
        Array.Fill(seconds, 0);
        foreach (var settings in plan)
        {
            var sampling = SettingsResolver.Sampling(settings, card);
            if (card.Target(settings) is { } target) sampling = Msf.Sampling.SizeShift.Apply(sampling, card.Manifest.Model, target);
            var model = card.At(settings);
            var batch = Math.Min(settings.Count, limits.Batch);
            var (each, together) = (speed.Work(model, sampling), speed.Seconds(model, sampling, batch));
            for (var stage = baseIsGiven ? 1 : 0; stage < card.Stages; stage++)
            {
                work[stage] += each[stage] / plan.Count;
                seconds[stage] += together?[stage] * settings.Count / batch;
            }
        }
        return new EstimateAnswer(
            plan[0], work.Sum(), seconds.Contains(null) ? null : Math.Round(seconds.Sum()!.Value, 4),
            [.. work.Select((each, i) => new Stage(StageNames.Of(i, card.Stages), each, seconds[i] is { } part ? Math.Round(part, 4) : null))],
            worker is null ? null : GenerationEngine.QueueSeconds(worker));
    }
}
