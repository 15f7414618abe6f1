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

    /// <summary>Number of classes K that it tells probabilities of.</summary>
    public int Classes { get; }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>Features of images, which the network resizes itself.</summary>
    /// <param name="images">(B, 3, H, W), uint8, on any device.</param>
    /// <returns>(B, D), float32, on <see cref="Device"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The network gives something else than finite features.</exception>
    public Tensor Features(Tensor images);

    /// <summary>Probabilities of the classes, which the network was trained to tell.</summary>
    /// <param name="images">(B, 3, H, W), uint8, on any device.</param>
    /// <returns>(B, K), float32, rows that add up to 1, on <see cref="Device"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The network gives something else than finite numbers.</exception>
    public Tensor Probabilities(Tensor images);
}
