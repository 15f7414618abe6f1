using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>A network whose features images are compared in. One thread at a time.</summary>
public interface IFeatureNetwork : IDisposable
{
    /// <summary>What it is called in reports: a file's name, without its folder.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of what the network is made of, in lower-case hexadecimal digits: figures of another network are no figures to compare with.</summary>
    public string Digest { get; }

    /// <summary>Number of features D of an image.</summary>
    public int Width { get; }

    /// <summary>Number of classes K that it tells probabilities of; 0 where it tells none.</summary>
    public int Classes { get; }

    /// <summary>Names of the classes; empty where nobody told, which stands for the classes of the data, in order.</summary>
    public IReadOnlyList<string> ClassNames => [];

    /// <summary>Number of spatial features E of an image; 0 where it has none.</summary>
    public int SpatialWidth => 0;

    /// <summary>How images come to the size that the network takes, for reports.</summary>
    public string Resizing => "by the network";

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>Features of images, which are resized as <see cref="Resizing"/> says.</summary>
    /// <param name="images">(B, 3, H, W), uint8, on any device.</param>
    /// <returns>(B, D), float32, on <see cref="Device"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The network gives something else than finite features.</exception>
    public Tensor Features(Tensor images);

    /// <summary>Probabilities of the classes, which the network was trained to tell.</summary>
    /// <param name="images">(B, 3, H, W), uint8, on any device.</param>
    /// <returns>(B, K), float32, rows that add up to 1, on <see cref="Device"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The network gives something else than finite numbers.</exception>
    /// <exception cref="NotSupportedException">It tells none (<see cref="Classes"/> is 0).</exception>
    public Tensor Probabilities(Tensor images);

    /// <summary>Spatial features, which keep where something is: those of an early layer, flattened.</summary>
    /// <param name="images">(B, 3, H, W), uint8, on any device.</param>
    /// <returns>(B, E), float32, on <see cref="Device"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="NotSupportedException">It has none (<see cref="SpatialWidth"/> is 0).</exception>
    public Tensor Spatial(Tensor images) => throw new NotSupportedException($"{Name} has no spatial features.");

    /// <summary>Several of these at once, which costs no more than one where the network gives them together.</summary>
    /// <param name="images">(B, 3, H, W), uint8, on any device.</param>
    /// <param name="probabilities">Whether probabilities are wanted; not given where there are none.</param>
    /// <param name="spatial">Whether spatial features are wanted; not given where there are none.</param>
    public FeatureBatch Extract(Tensor images, bool probabilities, bool spatial) => new(
        Features(images), probabilities && Classes > 0 ? Probabilities(images) : null, spatial && SpatialWidth > 0 ? Spatial(images) : null);
}
