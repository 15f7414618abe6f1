namespace Msf.Evaluation;

/// <summary>How a search spends its time.</summary>
public sealed record TuningOptions
{
    /// <summary>Time that the search may take; it is kept.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>Seed of the choices.</summary>
    public long Seed { get; init; }

    /// <summary>Samples of the first round; default 64.</summary>
    public int FirstCount { get; init; } = 64;

    /// <summary>Samples of the last round; default 1024. Every round takes twice those of the one before it.</summary>
    public int MostCount { get; init; } = 1024;

    /// <summary>Candidates that begin together at most; default 32. Every round halves them.</summary>
    public int MostCandidates { get; init; } = 32;

    /// <summary>Candidates that a round leaves at least, since a front has several points; default 6.</summary>
    public int LeastSurvivors { get; init; } = 6;

    /// <summary>Standard errors of a difference that count as noise; default 1.</summary>
    public double Noise { get; init; } = 1;

    /// <summary>Most multiply-adds of a candidate, over those of the settings that the search begins with; default 1.5.</summary>
    public double MostCost { get; init; } = 1.5;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Limit <= TimeSpan.Zero) errors.Add($"the time limit is {Limit.TotalSeconds} s, expected more than 0");
        if (FirstCount < 16) errors.Add($"the first round has {FirstCount} samples, expected at least 16");
        if (MostCount < FirstCount) errors.Add($"the last round has {MostCount} samples, expected at least the {FirstCount} of the first");
        if (MostCandidates < 2) errors.Add($"{MostCandidates} candidates begin together, expected at least 2");
        if (LeastSurvivors < 1) errors.Add($"a round leaves {LeastSurvivors} candidates, expected at least 1");
        if (!(Noise >= 0) || !(MostCost > 0)) errors.Add($"noise is {Noise} and the largest cost {MostCost}, expected at least 0 and more than 0");
        return errors;
    }

    /// <summary>Samples of every round.</summary>
    internal IReadOnlyList<int> Counts()
    {
        var counts = new List<int> { FirstCount };
        while (counts[^1] < MostCount) counts.Add(Math.Min(MostCount, 2 * counts[^1]));
        return counts;
    }
}
