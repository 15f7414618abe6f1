namespace Msf.Evaluation;

/// <summary>What a search found.</summary>
public sealed record TuningResult
{
    /// <summary>Samples at which the front was taken: the most that a whole round had, so that all candidates are compared alike.</summary>
    public required int Count { get; init; }

    /// <summary>The settings worth their cost, by rising cost and falling distance.</summary>
    public required IReadOnlyList<TuningMeasurement> Front { get; init; }

    /// <summary>The settings that the search began with, at the same count; null where time was too short.</summary>
    public required TuningMeasurement? Own { get; init; }

    /// <summary>Everything that was measured, at all counts, in order.</summary>
    public required IReadOnlyList<TuningMeasurement> Measurements { get; init; }

    /// <summary>Whether it was stopped from outside before its time.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>Chooses from the front.</summary>
    /// <param name="percent">The cheapest settings whose distance is within so many percent of the smallest; 0 takes the smallest.</param>
    public TuningMeasurement Pick(double percent)
    {
        var best = Front[^1].Distance;
        return Front.First(m => m.Distance <= best + Math.Abs(best) * percent / 100);
    }
}
