namespace Msf.Sampling;

/// <summary>Sampling settings of a whole model: one budget per stage, coarse to fine.</summary>
public sealed record SamplingConfig
{
    /// <summary>Settings of every stage.</summary>
    public required StageSamplingConfig[] Stages { get; init; }

    /// <summary>Noise level t_u of the condition of the stages above the base, in [0, 1] with 1 clean; null takes what the model was made for.</summary>
    public double? ConditionTime { get; init; }

    /// <summary>
    /// Time tau in (0, 1) that a stage must have reached for the next one to start, from the data that the network sees by then, noised to tau at least (overlapped stages, Decomposable
    /// Flow Matching, arXiv 2506.19839); null, the default, finishes a stage first. It takes no further evaluations, but for one of the adaptive solver, which pauses at tau.
    /// </summary>
    public double? OverlapTime { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    /// <param name="stages">Number of stages of the model.</param>
    public IReadOnlyList<string> Validate(int stages)
    {
        var errors = new List<string>();
        if (Stages.Length != stages) errors.Add($"sampling has {Stages.Length} stage budgets, the model {stages} stages; give one per stage");
        for (var stage = 0; stage < Stages.Length; stage++)
            errors.AddRange(Stages[stage].Validate().Select(error => $"sampling of stage {stage}: {error}"));
        if (ConditionTime is { } t && !(t >= 0 && t <= 1)) errors.Add($"conditionTime is {t}, expected 0 to 1");
        if (OverlapTime is { } tau && !(tau > 0 && tau < 1)) errors.Add($"overlapTime is {tau}, expected more than 0 and less than 1, or none");
        if (OverlapTime is not null && Stages.SkipLast(1).Any(stage => stage.Windows is not null))
            errors.Add("overlapTime is set, and a stage is distilled in windows, between which it does not tell its data; let it finish, without overlapTime");
        return errors;
    }
}
