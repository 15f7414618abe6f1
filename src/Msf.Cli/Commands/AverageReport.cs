using System.Text.Json.Serialization;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf average --json</c> prints.</summary>
/// <param name="Model">Model folder.</param>
/// <param name="Images">Images of the run at which the averages end.</param>
/// <param name="Widths">Relative widths, one per stage or one for all.</param>
/// <param name="Snapshots">Number of snapshots used.</param>
/// <param name="ProfileErrors">Of every stage, how far the profile built is from the one wanted, relative to its norm.</param>
internal sealed record AverageReport(string Model, long Images, IReadOnlyList<double> Widths, int Snapshots, IReadOnlyList<double> ProfileErrors);

/// <summary>Writes an <see cref="AverageReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(AverageReport))]
internal sealed partial class AverageJson : JsonSerializerContext;
