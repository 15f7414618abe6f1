using Msf.Evaluation;
using Msf.Sampling;

namespace Msf.Tests.Evaluation;

/// <summary>
/// An objective of one stage with a known answer: distance 100 / steps + 4 (guidance - 2)² + 10 / samples, plus noise that all settings share and a little of their own; a sample costs its steps in
/// milliseconds of a manual clock, and one millisecond more.
/// </summary>
internal sealed class KnownObjective(ManualClock clock, double ownNoise = 0) : ITuningObjective
{
    public const double BestGuidance = 2;

    public Dictionary<string, int> Samples { get; } = [];

    public int Calls { get; private set; }

    /// <summary>Called when a measurement begins.</summary>
    public Action<int>? Begins { get; init; }

    public static SamplingConfig Own { get; } = new() { Stages = [new StageSamplingConfig { Steps = 50, Guidance = new GuidanceConfig { Scale = 4 } }] };

    /// <summary>Steps 1 to 64 in doublings, and 50; guidance 1 to 5 in halves.</summary>
    public static TuningSpace Space { get; } = new(Own,
    [
        TuningDimension.OfStage("steps", 0, [1, 2, 4, 8, 16, 32, 50, 64], (stage, n) => stage with { Steps = n }),
        TuningDimension.OfStage("guidance", 0, [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5], (stage, scale) => stage with { Guidance = stage.Guidance with { Scale = scale } }),
    ]);

    public static double Distance(SamplingConfig sampling, int count) =>
        100.0 / sampling.Stages[0].Steps + 4 * Math.Pow(sampling.Stages[0].Guidance.Scale - BestGuidance, 2) + 10.0 / count;

    public long MultiplyAdds(SamplingConfig sampling) => 1_000_000L * sampling.Stages[0].Steps;

    public TuningMeasurement Measure(SamplingConfig sampling, int count, CancellationToken cancellation = default)
    {
        Begins?.Invoke(++Calls);
        var key = TuningSpace.Key(sampling);
        for (; Samples.GetValueOrDefault(key) < count; Samples[key] = Samples.GetValueOrDefault(key) + 16)
        {
            clock.Advance(16 * 1e-3 * (sampling.Stages[0].Steps + 1));
            cancellation.ThrowIfCancellationRequested();
        }
        var (shared, own) = (new Random(count), new Random(HashCode.Combine(sampling.Stages[0].Steps, sampling.Stages[0].Guidance.Scale, count)));
        var distance = Distance(sampling, count) + ownNoise * (own.NextDouble() - 0.5) * 3.4 / Math.Sqrt(count);
        return new TuningMeasurement
        {
            Sampling = sampling,
            Count = count,
            Distance = distance,
            Without = [.. Enumerable.Range(0, 8).Select(_ => distance + 5 * shared.NextDouble() + ownNoise / Math.Sqrt(count) * (own.NextDouble() - 0.5))],
            MultiplyAdds = MultiplyAdds(sampling),
            SecondsPerImage = 1e-3 * sampling.Stages[0].Steps,
        };
    }

    public void Forget(SamplingConfig sampling) => Samples.Remove(TuningSpace.Key(sampling));
}
