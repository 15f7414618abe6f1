using Msf.Checkpoints;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Opens feature networks by what is there: the folder of a classifier, or a TorchScript file; <c>pixels</c> needs none.</summary>
public static class FeatureNetworks
{
    /// <summary>Opens a network.</summary>
    /// <param name="path">A TorchScript file, here or in the data folder, which is a program and is run; the folder of a classifier (<c>RUN/model</c>, or the run); or <c>pixels</c> (<see cref="PixelFeatures"/>).</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <returns>The network, owned by the caller.</returns>
    /// <exception cref="FileNotFoundException">There is nothing of that name.</exception>
    /// <exception cref="DirectoryNotFoundException">There is a folder, and it is none of a classifier.</exception>
    /// <exception cref="InvalidDataException">What is there is broken.</exception>
    public static IFeatureNetwork Open(string path, Device? device = null)
    {
        if (path == PixelFeatures.KnownAs) return new PixelFeatures(device);
        var found = ImageSources.Find(path) ?? path;
        if (!Directory.Exists(found)) return TorchScriptFeatures.Load(found, device);
        var inside = Path.Combine(found, "model");
        return ClassifierFeatures.Load(!ClassifierFolder.Exists(found) && ClassifierFolder.Exists(inside) ? inside : found, device);
    }

    /// <summary>What a network is known by (<see cref="IFeatureNetwork.Digest"/>).</summary>
    /// <inheritdoc cref="Open"/>
    internal static string DigestOf(string path)
    {
        using var network = Open(path);
        return network.Digest;
    }
}
