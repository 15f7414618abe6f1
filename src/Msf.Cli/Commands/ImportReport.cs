using System.Text.Json.Serialization;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf import --json</c> prints.</summary>
/// <param name="Source">File that was read; of two, separated by a comma.</param>
/// <param name="Kind">What it was taken for.</param>
/// <param name="Layout">Where in a training checkpoint the weights were; empty for a plain state.</param>
/// <param name="Name">Name of the model.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Parameters">Numbers in them.</param>
/// <param name="Model">Folder that was written.</param>
internal sealed record ImportReport(string Source, string Kind, string Layout, string Name, int Tensors, long Parameters, string Model);

/// <summary>Writes an <see cref="ImportReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ImportReport))]
internal sealed partial class ImportJson : JsonSerializerContext;
