using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Batches of latents made from images as they are needed: training through the autoencoder, with any augmentation. Not thread-safe.</summary>
/// <param name="images">The images; disposed with this.</param>
/// <param name="autoencoder">Encodes them, without gradients; still owned by the caller.</param>
/// <param name="device">Where the autoencoder is.</param>
/// <param name="seed">The run's seed.</param>
/// <exception cref="ArgumentException">The image size is no multiple of the autoencoder's factor.</exception>
public sealed class EncodedBatches(ImageBatches images, IAutoencoder autoencoder, Device device, long seed) : ITrainingBatches
{
    private readonly LatentNoise _noise = new(seed);
    private readonly PixelSize[] _sizes = images.Sizes.All(size => size.Width % autoencoder.Config.Factor == 0 && size.Height % autoencoder.Config.Factor == 0)
        ? [.. images.Sizes.Select(size => new PixelSize(size.Width / autoencoder.Config.Factor, size.Height / autoencoder.Config.Factor))]
        : throw new ArgumentException($"images of {string.Join(", ", images.Sizes)} pixels are no multiple of the autoencoder's factor {autoencoder.Config.Factor}.", nameof(images));

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int> Shape => [autoencoder.Config.LatentChannels, _sizes[0].Height, _sizes[0].Width];

    /// <inheritdoc/>
    public long Position
    {
        get => images.Position;
        set => images.Position = value;
    }

    /// <inheritdoc/>
    public Batch Next(int size, CancellationToken cancellation = default)
    {
        var position = images.Position;
        return Encoded(() => images.Next(size, cancellation), latents => _noise.Training(autoencoder.Config, latents, position));
    }

    /// <inheritdoc/>
    public Batch At(ReadOnlySpan<int> indices)
    {
        int[] places = [.. indices];
        return Encoded(() => images.At(places), latents => _noise.At(autoencoder.Config, latents, places));
    }

    /// <inheritdoc/>
    public IEnumerable<int[]> Alike(IReadOnlyList<int> indices) => images.Alike(indices);

    /// <summary>Ends the loader of the images.</summary>
    public void Dispose() => images.Dispose();

    // Makes the batch of images in its own scope, so that what of it is passed on goes to the caller's.
    private Batch Encoded(Func<Batch> take, Func<LatentDistribution, Tensor> draw)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var batch = take();
        var targets = draw(autoencoder.Encode(batch.Images.to(device))).cpu();                // (B, c, h, w)
        batch.Labels.MoveToOuterDisposeScope();
        batch.AugmentationLabels?.MoveToOuterDisposeScope();
        return batch with { Images = targets.MoveToOuterDisposeScope() };
    }
}
