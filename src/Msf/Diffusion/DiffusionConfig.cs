namespace Msf.Diffusion;

/// <summary>The diffusion process of a stage: its path, what the network predicts, and how it is trained.</summary>
public sealed record DiffusionConfig
{
    /// <summary>The probability path. Default linear.</summary>
    public PathKind Path { get; init; } = PathKind.Linear;

    /// <summary>What the network predicts. Default velocity.</summary>
    public PredictionKind Prediction { get; init; } = PredictionKind.Velocity;

    /// <summary>Distribution of training times t. Default logit-normal(0, 1).</summary>
    public TimeDistribution Time { get; init; } = new();

    /// <summary>
    /// Distribution of the time t_u to which the condition of a stage above the base is noised in training; 1 is clean.
    /// Default logit-normal(1.5, 1) (Decomposable Flow Matching, arXiv 2506.19839).
    /// </summary>
    public TimeDistribution ConditionTime { get; init; } = new() { Mean = 1.5 };

    /// <summary>
    /// Whether conditions are noised. Default on: a residual stage that only ever saw clean conditions fails on generated ones.
    /// Off, conditions are clean and t_u = 1.
    /// </summary>
    public bool NoiseCondition { get; init; } = true;

    /// <summary>The time t_u to which sampling noises generated conditions, above 0, at most 1 (clean). Default 0.975.</summary>
    public double SamplingConditionTime { get; init; } = 0.975;

    /// <summary>
    /// Probability with which training replaces a label by the null class, [0, 1]; above 0 it makes classifier-free guidance possible.
    /// Default 0.1.
    /// </summary>
    public double LabelDropout { get; init; } = 0.1;

    /// <summary>How much every time counts in the training loss. Default uniform.</summary>
    public LossWeighting Weighting { get; init; } = new();

    /// <summary>Checks every member, those of the distributions included.</summary>
    /// <returns>All errors, one line each; empty where the configuration is sound.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!Enum.IsDefined(Path)) errors.Add($"path is {(int)Path}: expected {string.Join(", ", Enum.GetNames<PathKind>())}.");
        if (!Enum.IsDefined(Prediction))
            errors.Add($"prediction is {(int)Prediction}: expected {string.Join(", ", Enum.GetNames<PredictionKind>())}.");
        errors.AddRange(Time.Validate().Select(error => $"time: {error}"));
        errors.AddRange(ConditionTime.Validate().Select(error => $"conditionTime: {error}"));
        if (!(SamplingConditionTime is > 0 and <= 1))
            errors.Add($"samplingConditionTime is {SamplingConditionTime}: expected above 0, at most 1 (clean).");
        if (!(LabelDropout is >= 0 and <= 1)) errors.Add($"labelDropout is {LabelDropout}: expected a probability, 0 to 1.");
        errors.AddRange(Weighting.Validate().Select(error => $"weighting: {error}"));
        return errors;
    }
}
