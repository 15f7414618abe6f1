using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>The standard error of a Frechet distance over drawing the samples anew, the reference as it is, by the bootstrap (Efron 1979).</summary>
public static class FrechetBootstrap
{
    /// <summary>Standard deviation of the distances of resamples.</summary>
    /// <param name="reference">What samples are compared with.</param>
    /// <param name="features">Of the samples, (N, D).</param>
    /// <param name="resamples">How many, at least 2, each as dear as the distance. The error of so few as 20 is known to 16 %.</param>
    /// <param name="seed">Draws them.</param>
    /// <param name="cancellation">Looked at before each.</param>
    public static double StandardError(FrechetReference reference, Tensor features, int resamples, long seed = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 2);
        var distances = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            distances[i] = reference.DistanceTo(features, Shuffling.Resample(features.shape[0], seed, i)).Distance;
        }
        return Spread.Deviation(distances);
    }
}
