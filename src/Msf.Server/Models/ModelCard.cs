using Msf.Checkpoints;
using Msf.Models;
using Msf.Sampling;

namespace Msf.Server;

/// <summary>What is known of a model on offer without its weights.</summary>
internal sealed class ModelCard
{
    private ModelCard(string name, string folder, ModelManifest manifest, int factor)
    {
        (Name, Folder, Manifest, Factor) = (name, folder, manifest, factor);
        Sizes = new SizeRule(manifest.Model, factor);
    }

    /// <summary>The name that requests use.</summary>
    internal string Name { get; }

    /// <summary>Where it is.</summary>
    internal string Folder { get; }

    /// <summary>What it is.</summary>
    internal ModelManifest Manifest { get; }

    /// <summary>Pixels of an image along a pixel of the target; 1 where the model makes pixels.</summary>
    internal int Factor { get; }

    /// <summary>Which sizes it can make.</summary>
    internal SizeRule Sizes { get; }

    /// <summary>Width of its own images.</summary>
    internal int Width => Factor * Manifest.Model.Size[1];

    /// <summary>Height of its own images.</summary>
    internal int Height => Factor * Manifest.Model.Size[0];

    /// <summary>Number of stages.</summary>
    internal int Stages => Manifest.Model.Stages.Length;

    /// <summary>Reads a model folder's manifests.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no model folder.</exception>
    /// <exception cref="InvalidDataException">It is broken, or the server cannot serve it.</exception>
    internal static ModelCard Read(string name, string folder)
    {
        var manifest = ModelFolder.ReadManifest(folder);
        var own = Path.Combine(folder, ModelFolder.AutoencoderName);
        var autoencoder = manifest.AutoencoderIdentity is null ? null : AutoencoderFolder.ReadManifest(own).Autoencoder;
        var channels = autoencoder?.ImageChannels ?? manifest.Model.Channels;
        if (channels != 3) throw new InvalidDataException($"{folder} makes {channels} channels and no RGB images; serve a model of pixels, or one with its autoencoder inside.");
        if (manifest.Sampling.OverlapTime is not null)
            throw new InvalidDataException($"{folder} samples its stages overlapped (sampling.overlapTime), and the server finishes a stage before the next; leave it out of {ModelFolder.ManifestName}.");
        return new ModelCard(name, folder, manifest, autoencoder?.Factor ?? 1);
    }

    /// <summary>Bytes that it takes when loaded, with the activations of a batch.</summary>
    internal long Bytes(int batch)
    {
        var cost = SamplingCost.Of(Manifest.Model, Manifest.Sampling, batch, Manifest.Diffusion.Path);
        return cost.WeightBytes(sizeof(float)) + cost.ActivationBytes(sizeof(float)) + (Factor > 1 ? 512L << 20 : 0);
    }

    /// <summary>The architecture at the size of some settings.</summary>
    internal ModelConfig At(GenerationSettings settings) => Manifest.Model.AtSize(Sizes.Target(settings.Height, settings.Width));

    /// <summary>The spatial size to ask the sampler for; null for the model's own.</summary>
    internal int[]? Target(GenerationSettings settings) =>
        (settings.Width, settings.Height) == (Width, Height) ? null : Sizes.Target(settings.Height, settings.Width);
}
