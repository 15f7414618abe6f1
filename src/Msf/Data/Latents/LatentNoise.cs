using Msf.Autoencoders;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// Draws latents from the distributions that an encoder gives, a function of (seed, position in the run) alone: training from a cache sees what training through
/// the autoencoder sees.
/// </summary>
/// <param name="seed">The run's seed.</param>
internal sealed class LatentNoise(long seed)
{
    private const int TrainingStream = 0x4C617474, IndexStream = 0x4C617469;                  // "Latt", "Lati": apart from the streams of sampling

    /// <summary>Latents of about unit deviation for a batch of training.</summary>
    /// <param name="config">Gives scale and shift.</param>
    /// <param name="latents">What the encoder said.</param>
    /// <param name="position">Examples visited before.</param>
    /// <returns>(B, C, h, w), owned by the caller's dispose scope.</returns>
    public Tensor Training(AutoencoderConfig config, LatentDistribution latents, long position) =>
        Draw(config, latents, TrainingStream, [.. Enumerable.Range(0, (int)latents.Mean.shape[0]).Select(i => position + i)]);

    /// <summary>Latents of about unit deviation for examples by index.</summary>
    /// <param name="config">Gives scale and shift.</param>
    /// <param name="latents">What the encoder said.</param>
    /// <param name="indices">Places in the source.</param>
    /// <returns>(B, C, h, w), owned by the caller's dispose scope.</returns>
    public Tensor At(AutoencoderConfig config, LatentDistribution latents, ReadOnlySpan<int> indices)
    {
        var places = new long[indices.Length];
        for (var i = 0; i < places.Length; i++) places[i] = indices[i];
        return Draw(config, latents, IndexStream, places);
    }

    private Tensor Draw(AutoencoderConfig config, LatentDistribution latents, int stream, long[] places)
    {
        using var scope = NewDisposeScope();
        var mean = latents.Mean;
        var drawn = latents.LogVariance is null ? mean : latents.Sample(SeededNoise.Normal(seed, stream, places, mean.shape.AsSpan(1), mean.device));
        return config.Normalize(drawn).MoveToOuterDisposeScope();
    }
}
