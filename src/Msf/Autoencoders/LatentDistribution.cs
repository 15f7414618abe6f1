using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>What an encoder says about a latent: a normal distribution with a diagonal covariance, or a point.</summary>
/// <param name="mean">Means, (B, C, H, W), float32.</param>
/// <param name="logVariance">Logarithms of the variances in [-30, 20], of the same shape; null for a point.</param>
public sealed class LatentDistribution(Tensor mean, Tensor? logVariance) : IDisposable
{
    /// <summary>Least logarithm of a variance that is believed.</summary>
    public const double LeastLogVariance = -30;

    /// <summary>Greatest logarithm of a variance that is believed.</summary>
    public const double MostLogVariance = 20;

    /// <summary>Means, (B, C, H, W), float32; owned by the dispose scope of who encoded, or by <see cref="Dispose"/>.</summary>
    public Tensor Mean { get; } = mean;

    /// <summary>Logarithms of the variances, of the same shape; null for a point. Owned as <see cref="Mean"/> is.</summary>
    public Tensor? LogVariance { get; } = logVariance;

    /// <summary>Mean and clamped log-variance out of the raw output of an encoder.</summary>
    /// <param name="moments">(B, 2 C, H, W): means, then log-variances.</param>
    /// <returns>Tensors owned by the caller's dispose scope.</returns>
    public static LatentDistribution FromMoments(Tensor moments)
    {
        using var scope = NewDisposeScope();
        var parts = moments.chunk(2, dim: 1);
        return new LatentDistribution(
            parts[0].MoveToOuterDisposeScope(), parts[1].Clamped(LeastLogVariance, MostLogVariance).MoveToOuterDisposeScope());
    }

    /// <summary>mean + σ noise; the point itself where there is no variance.</summary>
    /// <param name="noise">Standard normal numbers of the shape of <see cref="Mean"/>.</param>
    /// <returns>Latents, (B, C, H, W), owned by the caller's dispose scope.</returns>
    public Tensor Sample(Tensor noise)
    {
        if (LogVariance is null) return Mean.alias();
        ShapeGuard.Require(noise, nameof(noise), Mean.shape);
        using var scope = NewDisposeScope();
        return Mean.PlusProduct(LogVariance.Times(0.5).exp(), noise).MoveToOuterDisposeScope();
    }

    /// <summary>Kullback-Leibler divergence from the standard normal distribution, ½ Σ (μ² + σ² - 1 - log σ²) (Kingma and Welling 2014).</summary>
    /// <returns>(B), summed over an image; zeros for points. Owned by the caller's dispose scope.</returns>
    public Tensor Divergence()
    {
        if (LogVariance is null) return zeros(Mean.shape[0], device: Mean.device);
        using var scope = NewDisposeScope();
        var terms = Mean.Squared().Plus(LogVariance.exp()).Plus(-1).sub(LogVariance);         // (B, C, H, W)
        return terms.flatten(1).sum(1).Times(0.5).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        LogVariance?.Dispose();
    }
}
