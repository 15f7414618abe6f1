using System.Text.Json.Serialization;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf data prepare --json</c> prints.</summary>
/// <param name="Source">What was converted.</param>
/// <param name="Images">Images written.</param>
/// <param name="Broken">Images left out.</param>
/// <param name="Files">The folder, or the files.</param>
internal sealed record PrepareReport(string Source, int Images, IReadOnlyList<BrokenImage> Broken, IReadOnlyList<string> Files);

/// <summary>Writes a <see cref="PrepareReport"/> in the contract's spelling.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PrepareReport))]
internal sealed partial class PrepareJson : JsonSerializerContext;
