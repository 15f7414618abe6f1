using System.Text.Json.Serialization;
using Msf.Checkpoints;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf import --json</c> prints.</summary>
/// <param name="Source">File that was read; of two, separated by a comma.</param>
/// <param name="Kind">What it was taken for.</param>
/// <param name="Layout">Where in a training checkpoint the weights were; empty for a plain state.</param>
/// <param name="Name">Name of the model.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Parameters">Numbers in them.</param>
/// <param name="Model">Folder that was written.</param>
/// <param name="Scale">Of an autoencoder, diffusion sees (z - shift) scale.</param>
/// <param name="Shift">Of an autoencoder, diffusion sees (z - shift) scale.</param>
/// <param name="ScaleOrigin">Of an autoencoder, who says so.</param>
internal sealed record ImportReport(
    string Source, string Kind, string Layout, string Name, int Tensors, long Parameters, string Model, double? Scale, double? Shift, string? ScaleOrigin)
{
    internal ImportReport(string kind, ImportResult result) : this(
        result.Source, kind, result.Layout, result.Name, result.Tensors, result.Parameters, result.Folder, result.Scale, result.Shift, result.ScaleOrigin)
    {
    }

    /// <summary>The same for people.</summary>
    internal static string Line(ImportResult result)
    {
        var scaling = result.Scale is null ? "" : $"; latents: scale {result.Scale}, shift {result.Shift}, from {result.ScaleOrigin}";
        return $"{result.Tensors} tensors, {result.Parameters:N0} parameters{(result.Layout.Length > 0 ? $" ({result.Layout})" : "")} of {result.Source}: {result.Folder}{scaling}";
    }
}

/// <summary>Writes an <see cref="ImportReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImportReport))]
internal sealed partial class ImportJson : JsonSerializerContext;
