using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>The weights of a KL autoencoder, out of any file that has them, under the official names.</summary>
/// <param name="Tensors">CPU tensors by official name, in the types of the file.</param>
/// <param name="Layout">Where in the file they were; empty for a plain state.</param>
/// <param name="OfDiffusers">Whether the file has diffusers' names.</param>
/// <param name="Scaling">Scale and shift where the file holds a whole model that tells them; else null.</param>
internal sealed record KlState(Dictionary<string, Tensor> Tensors, string Layout, bool OfDiffusers, LatentFactors? Scaling)
{
    // In a whole latent diffusion model the autoencoder is its first stage.
    private const string FirstStage = "first_stage_model";
    private const string ScaleName = "scale_factor";

    /// <summary>Reads a file; the losses that an autoencoder was trained with and the other networks of a whole model are left out.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The weights, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The file is broken, or has one weight under two names.</exception>
    internal static KlState Read(string path)
    {
        LatentFactors? scaling = null;
        var prefix = "";
        var (read, layout) = ForeignWeights.Read(path, names =>
        {
            bool Has(string start) => names.Any(name => name.StartsWith(start, StringComparison.Ordinal));
            if (Has($"{FirstStage}.")) prefix = $"{FirstStage}.";
            scaling = prefix.Length == 0 ? null
                : Has("model.diffusion_model.joint_blocks.") ? LatentFactors.StableDiffusion3
                : Has("conditioner.embedders.") ? LatentFactors.StableDiffusionXl
                : null;
            return name => (prefix.Length > 0 && name == ScaleName)
                || (name.StartsWith(prefix, StringComparison.Ordinal) && !name.AsSpan(prefix.Length).StartsWith("loss.", StringComparison.Ordinal));
        });
        if (prefix.Length > 0 && read.Remove(ScaleName, out var factor) && factor.numel() == 1)
            scaling = new LatentFactors(factor.to_type(ScalarType.Float64).item<double>(), 0, "the file");
        var plain = read.ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value, StringComparer.Ordinal);
        var ofDiffusers = KlKeys.AreOfDiffusers(plain.Keys);
        var where = string.Join('.', new[] { layout, prefix.TrimEnd('.') }.Where(part => part.Length > 0));
        return new KlState(ofDiffusers ? Rename(plain, path) : plain, where, ofDiffusers, scaling);
    }

    private static Dictionary<string, Tensor> Rename(Dictionary<string, Tensor> tensors, string path)
    {
        var levels = KlKeys.Levels(tensors.Keys);
        var renamed = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
            if (!renamed.TryAdd(KlKeys.Official(name, levels), tensor))
                throw new InvalidDataException($"{path}: {OneLine.Quote(name)} is there under a second name too; which of them is meant cannot be told.");
        return renamed;
    }
}
