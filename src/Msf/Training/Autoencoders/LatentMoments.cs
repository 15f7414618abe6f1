using Msf.Autoencoders;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Mean and standard deviation of an autoencoder's latents, from which <see cref="LatentScaling"/> makes latents of about unit deviation.</summary>
/// <param name="Mean">Mean over all latent values.</param>
/// <param name="StandardDeviation">Deviation over all latent values, the noise of the encoder's distribution included; above 0.</param>
/// <param name="ChannelMeans">Mean of every channel.</param>
/// <param name="ChannelDeviations">Deviation of every channel.</param>
/// <param name="Images">Images measured.</param>
public sealed record LatentMoments(double Mean, double StandardDeviation, double[] ChannelMeans, double[] ChannelDeviations, int Images)
{
    private const int EnoughImages = 512, BatchSize = 32;

    /// <summary>Measures on images spread over the whole source.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="batches">The data; its position is not changed.</param>
    /// <param name="device">Where the autoencoder is.</param>
    public static LatentMoments Measure(IAutoencoder autoencoder, ImageBatches batches, Device device)
    {
        using var noGradient = no_grad();
        var count = Math.Min(batches.Count, EnoughImages);
        var channels = autoencoder.Config.LatentChannels;
        var (sums, squares, values) = (new double[channels], new double[channels], 0L);
        for (var first = 0; first < count; first += BatchSize)
        {
            using var scope = NewDisposeScope();
            int[] indices = [.. Enumerable.Range(first, Math.Min(BatchSize, count - first)).Select(i => (int)((long)i * batches.Count / count))];
            var distribution = autoencoder.Encode(batches.At(indices).Images.to(device));
            var means = distribution.Mean.to_type(ScalarType.Float64);                        // (B, c, h, w)
            var second = means.Squared();
            if (distribution.LogVariance is { } logVariance) second = second.Plus(logVariance.to_type(ScalarType.Float64).exp());
            Add(sums, means);
            Add(squares, second);
            values += means.numel() / channels;
        }
        return Of(sums, squares, values, count);
    }

    /// <summary>The configuration of an autoencoder whose latents have these moments: shift is the mean, scale one over the deviation.</summary>
    /// <param name="config">The configuration without.</param>
    public AutoencoderConfig Apply(AutoencoderConfig config) => config with { Shift = Mean, Scale = 1 / StandardDeviation };

    private static void Add(double[] sums, Tensor x)
    {
        var perChannel = x.sum([0, 2, 3]).cpu().data<double>().ToArray();
        for (var c = 0; c < sums.Length; c++) sums[c] += perChannel[c];
    }

    private static LatentMoments Of(double[] sums, double[] squares, long values, int images)
    {
        static double Deviation(double mean, double square) => Math.Sqrt(Math.Max(0, square - mean * mean));
        double[] means = [.. sums.Select(sum => sum / values)];
        var (mean, square) = (means.Average(), squares.Sum() / (values * squares.Length));
        var deviation = Deviation(mean, square);
        return new LatentMoments(
            mean, deviation > 0 && double.IsFinite(deviation) ? deviation : 1, means, [.. squares.Select((sum, c) => Deviation(means[c], sum / values))], images);
    }
}
