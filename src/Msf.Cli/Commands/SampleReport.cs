using System.Text.Json.Serialization;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf sample --json</c> prints.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Seed">Seed of all noise.</param>
/// <param name="Steps">Solver steps per stage.</param>
/// <param name="Guidance">Guidance scale per stage.</param>
/// <param name="Count">Number of images.</param>
/// <param name="Seconds">Seconds of generation, loading left out.</param>
/// <param name="ImagesPerSecond">Count over seconds.</param>
/// <param name="Files">Files written.</param>
internal sealed record SampleReport(
    string Model, long Seed, int[] Steps, double[] Guidance, int Count, double Seconds, double ImagesPerSecond, string[] Files);

/// <summary>Writes a <see cref="SampleReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SampleReport))]
internal sealed partial class SampleJson : JsonSerializerContext;
