using System.Text.Json;

namespace Msf.Evaluation;

/// <summary>One of the models that a comparison trains, as changes to the configuration that all share.</summary>
public sealed record ComparisonArm
{
    /// <summary>Name in tables and plots, and of its folder; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Members of the configuration to set, by their path, as <c>msf train --set</c> takes them: <c>"training.stageShares": [0.6, 0.4]</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Set { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Name of an arm whose trained weights this one samples from with settings of its own; null, the default, trains weights of its own.</summary>
    public string? TrainedAs { get; init; }

    /// <summary>
    /// Stages that guidance scales of the comparison are set for, coarse to fine; the others keep the scale of their configuration. Null, the default, sets all.
    /// </summary>
    public int[]? GuidedStages { get; init; }
}
