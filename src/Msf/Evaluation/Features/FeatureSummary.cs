using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Features of a set of images: their statistics in bounded memory, and the first of them themselves, which kernel distances and neighbours need.</summary>
public sealed class FeatureSummary : IDisposable
{
    private readonly List<Tensor> _kept = [];

    /// <summary>Begins with no features.</summary>
    /// <param name="width">Number of features D of an image.</param>
    /// <param name="keep">Most images whose features are kept, 4 D bytes each.</param>
    public FeatureSummary(int width, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        (Statistics, Keep) = (new FeatureStatistics(width), keep);
    }

    /// <summary>Mean and covariance of all.</summary>
    public FeatureStatistics Statistics { get; }

    /// <summary>Images seen.</summary>
    public long Count => Statistics.Count;

    /// <summary>Most images whose features are kept.</summary>
    public int Keep { get; }

    /// <summary>Images whose features are kept: the first ones.</summary>
    public int Kept { get; private set; }

    /// <summary>Adds a batch.</summary>
    /// <param name="features">(B, D), on any device.</param>
    /// <exception cref="ArgumentException">The shape is another, or a number is not finite.</exception>
    public void Add(Tensor features)
    {
        Statistics.Add(features);
        if (Math.Min(Keep - Kept, (int)features.shape[0]) is var taken and > 0)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            _kept.Add(features.narrow(0, 0, taken).to(ScalarType.Float32).cpu().clone().DetachFromDisposeScope());
            Kept += taken;
        }
    }

    /// <summary>The features that are kept.</summary>
    /// <returns>(K, D), float32, on the CPU, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidOperationException">None are.</exception>
    public Tensor Features() => _kept.Count > 0 ? cat(_kept) : throw new InvalidOperationException("no features are kept.");

    /// <inheritdoc/>
    public void Dispose()
    {
        Statistics.Dispose();
        foreach (var part in _kept) part.Dispose();
    }
}
