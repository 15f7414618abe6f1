using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>One setting that a search varies.</summary>
/// <param name="Name">What it is, for example <c>stage 0 steps</c>.</param>
/// <param name="Choices">Number of its values; neighbours are alike where the setting has an order.</param>
/// <param name="Apply">Sets the value with a number, 0 to Choices - 1.</param>
public sealed record TuningDimension(string Name, int Choices, Func<SamplingConfig, int, SamplingConfig> Apply)
{
    /// <summary>Varies one member of a stage.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="stage">Which stage.</param>
    /// <param name="values">Its values, in order.</param>
    /// <param name="set">Sets one.</param>
    internal static TuningDimension OfStage<T>(string name, int stage, IReadOnlyList<T> values, Func<StageSamplingConfig, T, StageSamplingConfig> set) =>
        new($"stage {stage} {name}", values.Count, (sampling, choice) => sampling with
        {
            Stages = [.. sampling.Stages.Select((settings, i) => i == stage ? set(settings, values[choice]) : settings)],
        });
}
