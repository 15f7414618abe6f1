using Msf.Data;
using Msf.Factorization;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Measures component statistics on training data.</summary>
public static class DataStatistics
{
    /// <summary>Images that are enough: the error of a standard deviation is then below one percent.</summary>
    public const int EnoughImages = 10_000;

    private const int BatchSize = 64;

    /// <summary>Mean and standard deviation of every component and condition, per channel, over the pixels of all sizes.</summary>
    /// <param name="batches">The data; its position is not changed.</param>
    /// <param name="factorization">The factorization; without standardisation the identity is returned.</param>
    /// <param name="channels">Channels of the data.</param>
    public static ComponentStatistics Measure(ITrainingBatches batches, MultiScaleFactorization factorization, int channels)
    {
        if (!factorization.Config.Standardize) return ComponentStatistics.Identity(factorization.Levels, channels);
        using var noGrad = no_grad();
        var accumulator = new ComponentStatisticsAccumulator(factorization, channels);
        var count = Math.Min(batches.Count, EnoughImages);
        for (var first = 0; first < count; first += BatchSize)
        {
            // Spread over the whole source, which is ordered by class.
            var indices = Enumerable.Range(first, Math.Min(BatchSize, count - first)).Select(i => (int)((long)i * batches.Count / count));
            foreach (var alike in batches.Alike([.. indices]))
            {
                using var scope = NewDisposeScope();
                accumulator.Add(batches.At(alike).Images);
            }
        }
        return accumulator.Result();
    }
}
