using System.Text.Json.Serialization;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf bench --json</c> prints.</summary>
/// <param name="Ceiling">Product rates.</param>
/// <param name="Forward">Forward passes.</param>
/// <param name="Train">Training steps.</param>
internal sealed record BenchReport(BenchReport.CeilingRates Ceiling, IReadOnlyList<BenchReport.Rate> Forward, IReadOnlyList<BenchReport.Rate> Train)
{
    /// <summary>One case's rate and its ratio to the ceiling of the same rounds, with the spread over them.</summary>
    internal static Rate Of(ThroughputResult result, ThroughputRate rate) => new(
        result.Case.Width, result.Case.Depth, result.Case.Transformer.Tokens, result.Case.Batch, result.Precision.ToName(),
        rate.Flops, rate.OfCeiling, rate.Lowest, rate.Highest, rate.ImagesPerSecond);

    /// <summary>Ceilings in floating point operations a second.</summary>
    internal sealed record CeilingRates(double Fp32, double Bf16);

    /// <summary>One measured rate.</summary>
    internal sealed record Rate(
        int Width, int Depth, int Tokens, int Batch, string Precision, double Flops, double OfCeiling, double OfCeilingLowest, double OfCeilingHighest,
        double ImagesPerSecond);
}

/// <summary>Writes a <see cref="BenchReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
