using Msf.Runtime;

namespace Msf.Training;

/// <summary>What a throughput measurement gave.</summary>
/// <param name="Case">What was timed.</param>
/// <param name="Precision">Type of the products.</param>
/// <param name="Ceiling">Median of the product ceiling over the rounds, in floating point operations a second.</param>
/// <param name="Forward">Rate of forward passes.</param>
/// <param name="Train">Rate of whole training steps: loss, backward pass, clipping, AdamW, EMA, casts.</param>
public sealed record ThroughputResult(
    ThroughputCase Case, ComputePrecision Precision, double Ceiling, ThroughputRate Forward, ThroughputRate Train);

/// <summary>One rate, over interleaved rounds.</summary>
/// <param name="Flops">Median rate in floating point operations a second, a multiply-add counted as two.</param>
/// <param name="OfCeiling">Median over the rounds of the rate over the ceiling of the same round.</param>
/// <param name="Lowest">Lowest such ratio.</param>
/// <param name="Highest">Highest such ratio.</param>
/// <param name="ImagesPerSecond">Median images a second.</param>
public sealed record ThroughputRate(double Flops, double OfCeiling, double Lowest, double Highest, double ImagesPerSecond);
