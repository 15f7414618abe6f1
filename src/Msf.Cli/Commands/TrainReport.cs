using System.Text.Json.Serialization;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf train --json</c> prints at the end.</summary>
/// <param name="Run">Run folder.</param>
/// <param name="Images">Images seen.</param>
/// <param name="Seconds">Seconds of training.</param>
/// <param name="Checkpoint">Newest checkpoint.</param>
/// <param name="Model">Model folder.</param>
internal sealed record TrainReport(string Run, long Images, double Seconds, string Checkpoint, string Model);

/// <summary>Writes a <see cref="TrainReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TrainReport))]
internal sealed partial class TrainJson : JsonSerializerContext;
