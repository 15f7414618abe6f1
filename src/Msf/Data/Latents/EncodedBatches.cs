using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Batches of latents made from images as they are needed: training through the autoencoder, with any augmentation. Not thread-safe.</summary>
/// <remarks>
/// The autoencoder is given 16 images at a time, so that its memory does not grow with the batch. What is drawn is a function of the image's place alone, and
/// latents are those of the whole batch at once, up to the rounding of kernels that compute other sizes in another order (1e-6).
/// </remarks>
/// <param name="images">The images; disposed with this.</param>
/// <param name="autoencoder">Encodes them, without gradients; still owned by the caller.</param>
/// <param name="device">Where the autoencoder is.</param>
/// <param name="seed">The run's seed.</param>
/// <exception cref="ArgumentException">The image size is no multiple of the autoencoder's factor.</exception>
public sealed class EncodedBatches(ImageBatches images, IAutoencoder autoencoder, Device device, long seed) : ITrainingBatches
{
    private const int AtOnce = 16;

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
        return Encoded(() => images.Next(size, cancellation), (latents, first) => _noise.Training(autoencoder.Config, latents, position + first));
    }

    /// <inheritdoc/>
    public Batch At(ReadOnlySpan<int> indices)
    {
        int[] places = [.. indices];
        return Encoded(() => images.At(places), (latents, first) => _noise.At(autoencoder.Config, latents, places.AsSpan(first, (int)latents.Mean.shape[0])));
    }

    /// <inheritdoc/>
    public IEnumerable<int[]> Alike(IReadOnlyList<int> indices) => images.Alike(indices);

    /// <summary>Ends the loader of the images.</summary>
    public void Dispose() => images.Dispose();

    // Makes the batch of images in its own scope, so that what of it is passed on goes to the caller's; draw is told the place of the first latent in the batch.
    private Batch Encoded(Func<Batch> take, Func<LatentDistribution, int, Tensor> draw)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var batch = take();
        var count = (int)batch.Images.shape[0];
        var drawn = new List<Tensor>();
        for (var first = 0; first < count; first += AtOnce)
        {
            using var some = NewDisposeScope();
            var latents = autoencoder.Encode(batch.Images.narrow(0, first, Math.Min(AtOnce, count - first)).to(device));
            drawn.Add(draw(latents, first).cpu().MoveToOuterDisposeScope());
        }
        batch.Labels.MoveToOuterDisposeScope();
        batch.AugmentationLabels?.MoveToOuterDisposeScope();
        return batch with { Images = cat(drawn).MoveToOuterDisposeScope() };                  // (B, c, h, w)
    }
}
