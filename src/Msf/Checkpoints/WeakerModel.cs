using Msf.Factorization;
using Msf.Models;

namespace Msf.Checkpoints;

/// <summary>A model that guides a better one (autoguidance, Karras et al. 2024, arXiv 2406.02507): what it is, and its networks, which it owns.</summary>
internal sealed class WeakerModel : IDisposable
{
    private const double StatisticsTolerance = 1e-3;

    private WeakerModel(ModelManifest manifest, DiffusionTransformer[] networks) => (Manifest, Networks) = (manifest, networks);

    /// <summary>What it is.</summary>
    internal ModelManifest Manifest { get; }

    /// <summary>Its networks, coarse to fine.</summary>
    internal DiffusionTransformer[] Networks { get; }

    /// <summary>Reads it and requires that the two speak of the same components.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="guidedFolder">Folder of the model that it guides, for messages.</param>
    /// <param name="guided">That model.</param>
    /// <exception cref="DirectoryNotFoundException">There is no model folder.</exception>
    /// <exception cref="InvalidDataException">A file is broken, or the model does not fit.</exception>
    internal static WeakerModel Read(string folder, string guidedFolder, ModelManifest guided)
    {
        RequireFit(folder, ModelFolder.ReadManifest(folder));
        var (manifest, networks) = ModelFolder.Read(folder);
        return new WeakerModel(manifest, networks);

        void RequireFit(string path, ModelManifest guide)
        {
            if (Difference(guide, guided) is { } difference)
                throw new InvalidDataException($"{path} cannot guide {guidedFolder}: {difference}. Give an earlier checkpoint or a smaller model of the same components.");
        }
    }

    /// <summary>In what the components of two models differ, or null where they are the same.</summary>
    internal static string? Difference(ModelManifest guide, ModelManifest guided)
    {
        var (one, other) = (guide.Model, guided.Model);
        if (Split(one) != Split(other)) return $"it has {Describe(one.Factorization)}, expected {Describe(other.Factorization)}";
        if (!one.Size.SequenceEqual(other.Size) || one.Channels != other.Channels) return $"it makes {Describe(one)}, expected {Describe(other)}";
        if (one.Classes != other.Classes) return $"it has {one.Classes} classes, expected {other.Classes}";
        if (!guide.ClassNames.SequenceEqual(guided.ClassNames, StringComparer.Ordinal)) return "its classes have other names, or another order";
        if (guide.Diffusion.Path != guided.Diffusion.Path || guide.Diffusion.Prediction != guided.Diffusion.Prediction)
            return $"it predicts {guide.Diffusion.Prediction} on the path {guide.Diffusion.Path}, expected {guided.Diffusion.Prediction} on {guided.Diffusion.Path}";
        if (guide.AutoencoderIdentity != guided.AutoencoderIdentity) return "it makes latents of another autoencoder";
        return Same(guide.Statistics, guided.Statistics) ? null : "its components were standardised by other statistics";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in Networks) network.Dispose();
    }

    private static bool Same(ComponentStatistics one, ComponentStatistics other) =>
        one.Components.Concat(one.Conditions).Zip(other.Components.Concat(other.Conditions)).All(pair => Same(pair.First, pair.Second));

    // In units of the deviation: what is a thousandth of it off moves no image.
    private static bool Same(ChannelStatistics one, ChannelStatistics other) =>
        Enumerable.Range(0, one.Mean.Length).All(c =>
            Math.Abs(one.Mean[c] - other.Mean[c]) <= StatisticsTolerance * other.StandardDeviation[c]
            && Math.Abs(one.StandardDeviation[c] - other.StandardDeviation[c]) <= StatisticsTolerance * other.StandardDeviation[c]);

    // Whether the residual is projected afterwards is no matter of what a network predicts.
    private static FactorizationConfig Split(ModelConfig model) => model.Factorization with { ProjectResidual = false };

    private static string Describe(FactorizationConfig factorization) =>
        $"{factorization.Levels} levels ({factorization.Upsample} upsampling, {(factorization.Standardize ? "" : "not ")}standardised)";

    private static string Describe(ModelConfig model) => $"{model.Channels} x {string.Join(" x ", model.Size)}";
}
