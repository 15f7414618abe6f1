using System.Text.Json.Serialization;

namespace Msf.Training;

/// <summary>What a stage's next line of metrics will be made of; travels with a checkpoint, so that a resumed run writes the same line.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Steps">Steps taken since the last line.</param>
/// <param name="Loss">Sum of their losses.</param>
/// <param name="GradientNorm">Sum of their gradient norms before clipping.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Skipped">Steps of the stage skipped so far.</param>
/// <param name="Parts">Sums of the named figures of the steps; null where steps have none.</param>
public sealed record MetricsSum(
    int Stage,
    int Steps,
    double Loss,
    double GradientNorm,
    double LearningRate,
    long Skipped,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, PartSum>? Parts = null);
