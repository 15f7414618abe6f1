using System.Globalization;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>The weights of an autoencoder of the TAESD family, out of one file or two, under our names <c>encoder.N</c> and <c>decoder.N</c>.</summary>
/// <param name="Tensors">CPU tensors by name, in the types of the files.</param>
/// <param name="Layout">Where in the files they were; empty for plain states.</param>
/// <param name="OfDiffusers">Whether they had diffusers' names.</param>
internal sealed record TinyState(Dictionary<string, Tensor> Tensors, string Layout, bool OfDiffusers)
{
    /// <summary>Reads one file with both halves, or two with one each, in any order.</summary>
    /// <param name="paths">The files.</param>
    /// <returns>The weights, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">A file is broken or holds none of the two, or a half is missing or there twice.</exception>
    internal static TinyState Read(IReadOnlyList<string> paths)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var (layouts, ofDiffusers) = (new SortedSet<string>(StringComparer.Ordinal), false);
        foreach (var path in paths)
        {
            var (read, layout) = ForeignWeights.Read(path);
            if (layout.Length > 0) layouts.Add(layout);
            ofDiffusers |= read.Keys.Any(IsOfDiffusers);
            var half = Half(read.Keys, path);
            foreach (var (name, tensor) in read)
                if (!tensors.TryAdd($"{half}{Official(name)}", tensor))
                    throw new InvalidDataException($"{path}: {OneLine.Quote(name)} came already{(paths.Count > 1 ? $" with {paths[0]}: they are no encoder and decoder" : "")}; give each half once.");
        }
        foreach (var (half, other) in new[] { ("encoder", "decoder"), ("decoder", "encoder") })
            if (!tensors.Keys.Any(name => name.StartsWith($"{half}.", StringComparison.Ordinal)))
                throw new InvalidDataException($"{paths[0]}: it holds the {other} alone; give the other half too, with --decoder FILE, or a folder with both.");
        return new TinyState(tensors, string.Join(", ", layouts), ofDiffusers);
    }

    // The official code saves the halves apart: the encoder begins with a convolution, the decoder with a bound that has no weights.
    private static string Half(IReadOnlyCollection<string> names, string path)
    {
        if (names.Any(name => name.StartsWith("encoder.", StringComparison.Ordinal) || name.StartsWith("decoder.", StringComparison.Ordinal))) return "";
        if (names.Contains("0.weight")) return "encoder.";
        return names.Contains("1.weight") ? "decoder." : throw new InvalidDataException(
            $"{path}: no autoencoder of the TAESD family: its keys begin with {string.Join(", ", names.Order(StringComparer.Ordinal).Take(3).Select(OneLine.Quote))}.");
    }

    private static bool IsOfDiffusers(string name) =>
        name.StartsWith("encoder.layers.", StringComparison.Ordinal) || name.StartsWith("decoder.layers.", StringComparison.Ordinal);

    // In diffusers the bound at the decoder's beginning is no layer, so that its layers have numbers one less.
    private static string Official(string name) => name.Split('.') switch
    {
        ["encoder", "layers", .. var rest] => $"encoder.{string.Join('.', rest)}",
        ["decoder", "layers", var layer, .. var rest] when int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < int.MaxValue =>
            $"decoder.{number + 1}.{string.Join('.', rest)}",
        _ => name,
    };
}
