using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>A classifier that <c>msf train</c> trained on the data set itself, as a feature network: what its last level sees, averaged over the image, and its probabilities.</summary>
public sealed class ClassifierFeatures : IFeatureNetwork
{
    private readonly ImageClassifier _network;

    private ClassifierFeatures(ClassifierManifest manifest, ImageClassifier network, Device device, string digest) => (Manifest, _network, Device, Digest) = (manifest, network, device, digest);

    /// <summary>What the classifier is, and how often it is right.</summary>
    public ClassifierManifest Manifest { get; }

    /// <inheritdoc/>
    public string Name => Manifest.Name;

    /// <summary>SHA-256 of its weights and of the size of the images that it looks at.</summary>
    public string Digest { get; }

    /// <inheritdoc/>
    public int Width => _network.Width;

    /// <inheritdoc/>
    public int Classes => _network.Config.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => Manifest.ClassNames;

    /// <inheritdoc/>
    public string Resizing => $"bicubic, antialiased, to {Manifest.Size} px";

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>Loads a classifier's folder.</summary>
    /// <param name="folder">The folder <c>RUN/model</c> of a run that trained a classifier.</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is none of a classifier.</exception>
    /// <exception cref="InvalidDataException">A file is broken or changed.</exception>
    public static ClassifierFeatures Load(string folder, Device? device = null)
    {
        Libtorch.Initialize();
        device ??= CPU;
        var (manifest, network) = ClassifierFolder.Load(folder, device);
        var digest = FileDigest.OfText($"{FileDigest.Sha256(Path.Combine(folder, ClassifierFolder.WeightsName))} {manifest.Size}");
        return new ClassifierFeatures(manifest, network, device, digest);
    }

    /// <inheritdoc/>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Finite(_network.Features(Prepare(images))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Probabilities(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Finite(_network.call(Prepare(images)).softmax(1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public FeatureBatch Extract(Tensor images, bool probabilities, bool spatial)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = Finite(_network.Features(Prepare(images)));
        var told = probabilities ? Finite(_network.Logits(features).softmax(1)).MoveToOuterDisposeScope() : null;
        return new FeatureBatch(features.MoveToOuterDisposeScope(), told, null);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private Tensor Prepare(Tensor images)
    {
        ShapeGuard.Require(images, "images", -1, 3, -1, -1);
        if (images.dtype != ScalarType.Byte) throw new ArgumentException($"images are {images.dtype}, expected bytes, 0 to 255 (ImageTensors.ToLevels).", nameof(images));
        return AntialiasedResize.Square(images.to(Device), Manifest.Size, ResizeMode.Bicubic).Times(1 / 127.5).Plus(-1);
    }

    private Tensor Finite(Tensor result) =>
        result.isfinite().all().item<bool>() ? result : throw new InvalidDataException($"{Name} is not a usable feature network: what it says is not finite.");
}
