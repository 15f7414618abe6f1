using System.Text.Json.Serialization;

namespace Msf.Training;

/// <summary>One line of <c>metrics.jsonl</c>: averages of one stage since the line before.</summary>
/// <param name="Step">Steps over all stages.</param>
/// <param name="Images">Images over all stages.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Loss">Mean loss of the steps that were taken; null where all were skipped.</param>
/// <param name="GradientNorm">Mean gradient norm before clipping, of the same steps.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="ImagesPerSecond">Rate over all stages since the line before.</param>
/// <param name="LiveTensors">Tensors alive that the training thread made; those of a save under way are not among them.</param>
/// <param name="SkippedSteps">Steps of the stage skipped so far because loss or gradient was not finite.</param>
/// <param name="ResidentBytes">Memory of the process that is in use, in bytes.</param>
/// <param name="LossByTime">Mean loss of the images whose time t fell into each eighth of [0, 1], noise first; null where none did.</param>
/// <param name="Parts">Means of the named figures of the steps, such as the terms of an autoencoder's loss; null where steps have none.</param>
public sealed record MetricsLine(
    long Step,
    long Images,
    int Stage,
    double? Loss,
    double? GradientNorm,
    double LearningRate,
    double ImagesPerSecond,
    long LiveTensors,
    long SkippedSteps = 0,
    long ResidentBytes = 0,
    IReadOnlyList<double?>? LossByTime = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, double>? Parts = null);
