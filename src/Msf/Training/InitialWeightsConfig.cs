namespace Msf.Training;

/// <summary>A trained model whose weights a run starts from, where name and shape agree.</summary>
public sealed record InitialWeightsConfig
{
    /// <summary>Value of <see cref="Stages"/> for a stage that starts from fresh weights.</summary>
    public const int None = -1;

    /// <summary>Model folder.</summary>
    public required string Model { get; init; }

    /// <summary>For every stage of the run, the stage of the model whose weights it takes, or -1 for none; null takes those of the same number.</summary>
    public int[]? Stages { get; init; }

    /// <summary>The stage of the model that a stage of the run takes; <see cref="None"/> for none.</summary>
    /// <param name="stage">Stage of the run.</param>
    public int Source(int stage) => Stages is null ? stage : Stages[stage];

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    /// <param name="stages">Number of stages of the run.</param>
    public IReadOnlyList<string> Validate(int stages)
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Model)) errors.Add("model is empty, expected a model folder");
        if (Stages is not null && Stages.Length != stages) errors.Add($"stages has {Stages.Length} entries for {stages} stages; give one each, -1 for none");
        if (Stages?.Any(stage => stage < None) == true) errors.Add($"stages is [{string.Join(", ", Stages)}], expected stages of the model, or -1 for none");
        return errors;
    }
}
