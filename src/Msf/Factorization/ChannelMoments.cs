using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Factorization;

/// <summary>
/// Streaming mean and variance of every channel in float64, by the pairwise update of Chan, Golub and LeVeque (1979): exact whatever the
/// batches are, without the cancellation of a sum of squares.
/// </summary>
internal sealed class ChannelMoments(int channels)
{
    /// <summary>A standard deviation below this times max(1, |mean|) is float32 rounding: the channel counts as constant.</summary>
    internal const double ConstantBelow = 1e-6;

    private readonly double[] _mean = new double[channels];
    private readonly double[] _squares = new double[channels];   // sum of squared deviations from the mean
    private long _count;                                         // values per channel

    /// <summary>Adds a batch, (B, C, ...).</summary>
    /// <exception cref="ArgumentException">A value is not finite; nothing was added.</exception>
    public void Add(Tensor x)
    {
        using var scope = NewDisposeScope();
        var values = x.detach().to(ScalarType.Float64).transpose(0, 1).flatten(1);               // (C, B*...)
        var batchMean = values.mean([1], keepdim: true);                                         // (C, 1)
        var means = batchMean.cpu().data<double>().ToArray();
        var squares = (values - batchMean).Squared().sum(1).cpu().data<double>().ToArray();
        if (!squares.All(double.IsFinite))
            throw new ArgumentException("x has values that are not finite: find the broken images before measuring statistics.", nameof(x));

        var n = values.shape[1];
        var total = _count + n;
        for (var c = 0; c < channels; c++)
        {
            var delta = means[c] - _mean[c];
            _mean[c] += delta * n / total;
            _squares[c] += squares[c] + delta * delta * _count * n / total;
        }
        _count = total;
    }

    /// <summary>What was measured; a constant channel gets standard deviation 1.</summary>
    public ChannelStatistics Result()
    {
        var deviation = new double[channels];
        for (var c = 0; c < channels; c++)
        {
            deviation[c] = Math.Sqrt(_squares[c] / _count);
            if (deviation[c] <= ConstantBelow * Math.Max(1, Math.Abs(_mean[c]))) deviation[c] = 1;
        }
        return new ChannelStatistics { Mean = [.. _mean], StandardDeviation = deviation };
    }
}
