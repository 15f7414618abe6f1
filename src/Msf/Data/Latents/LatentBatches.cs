using System.Runtime.InteropServices;
using Msf.Autoencoders;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// Batches of latents out of a cache: no decoding, no encoding. The batch at a position is, up to float16, the one that <see cref="EncodedBatches"/> makes of the
/// images there, when both have the same seed. Not thread-safe.
/// </summary>
public sealed class LatentBatches : ITrainingBatches
{
    private readonly LatentCache _cache;
    private readonly LatentPlan _plan;
    private readonly LoaderOptions _options;
    private readonly BatchOrder _order;
    private readonly BrokenImages _broken;
    private readonly LatentNoise _noise;
    private long _position;

    /// <summary>Reads from a cache.</summary>
    /// <param name="cache">The latents; must stay open as long as this is used. The caller disposes it.</param>
    /// <param name="options">Order, flips, tolerance; what concerns decoding has no meaning here.</param>
    /// <param name="brokenFound">Told of every damaged latent once, in an order that the batches fix.</param>
    /// <exception cref="ArgumentException">The cache has no latent, an option is out of range, or asks for what a cache cannot give.</exception>
    public LatentBatches(LatentCache cache, LoaderOptions? options = null, Action<BrokenImage>? brokenFound = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        _options = options ?? new LoaderOptions();
        if (_options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        if (cache.Count == 0) throw new ArgumentException($"{cache.Name} has no latents: nothing to train on.", nameof(cache));
        (_cache, _plan) = (cache, cache.Index.Plan);
        if (_options.HorizontalFlip && !_plan.Flips)
            throw new ArgumentException($"{cache.Name} has no mirrored latents and data.horizontalFlip is on; encode without --no-flips, or switch it off.", nameof(options));
        if (_options.Augmentation != new AugmentationConfig())
            throw new ArgumentException($"{cache.Name} holds latents, which data.augmentation cannot change; remove it, or train through the autoencoder (data.autoencoder) from images.", nameof(options));
        _order = new BatchOrder(cache.Count, _options.Seed);
        _broken = new BrokenImages(cache, _options.MaxBroken, brokenFound);
        _noise = new LatentNoise(_options.Seed);
    }

    /// <inheritdoc/>
    public int Count => _cache.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int> Shape => [_plan.Autoencoder.LatentChannels, _plan.Side, _plan.Side];

    /// <summary>The damaged latents met so far.</summary>
    public IReadOnlyList<BrokenImage> Broken => _broken.All;

    /// <inheritdoc/>
    public long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <inheritdoc/>
    public Batch Next(int size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var indices = new int[size];
        _order.Indices(_position, indices);
        using var scope = NewDisposeScope();
        var (latents, labels) = Read(indices, i => _options.HorizontalFlip && ImageAugmentation.IsFlipped(_options.Seed, _position + i));
        var images = _noise.Training(_plan.Autoencoder, latents, _position);
        _position += size;
        return new Batch(images.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public Batch At(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty) throw new ArgumentException("No index given: ask for at least one example.", nameof(indices));
        foreach (var index in indices)
            if (index < 0 || index >= Count) throw new ArgumentException($"There is no example {index}: indices go from 0 to {Count - 1}.", nameof(indices));
        using var scope = NewDisposeScope();
        var (latents, labels) = Read(indices, _ => false);
        var images = _noise.At(_plan.Autoencoder, latents, indices);
        return new Batch(images.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    /// <summary>Nothing to end; the cache stays open.</summary>
    public void Dispose()
    {
    }

    private (LatentDistribution Latents, Tensor Labels) Read(ReadOnlySpan<int> indices, Func<int, bool> flipped)
    {
        var planes = empty([indices.Length, _plan.Planes, _plan.Side, _plan.Side], ScalarType.Float32, CPU);
        var labels = new long[indices.Length];
        var size = _plan.RecordBytes / sizeof(ushort);
        var values = MemoryMarshal.Cast<byte, float>(planes.bytes);
        var met = new List<BrokenImageAt>();
        for (var i = 0; i < indices.Length; i++) labels[i] = _cache.LabelAt(ReadGood(indices[i], flipped(i), values.Slice(i * size, size), met));
        _broken.Add(met);
        if (!_plan.Distribution) return (new LatentDistribution(planes, null), tensor(labels, device: CPU));
        var parts = planes.chunk(2, dim: 1);
        return (new LatentDistribution(parts[0], parts[1].log().Times(2)), tensor(labels, device: CPU));
    }

    // A damaged latent is replaced by the next good one, as a broken image is.
    private int ReadGood(int index, bool flipped, Span<float> into, List<BrokenImageAt> met)
    {
        var first = met.Count;
        for (var at = index; ; at = (at + 1) % Count)
        {
            try
            {
                _cache.Read(at, flipped, into);
                return at;
            }
            catch (InvalidDataException e)
            {
                met.Add(new BrokenImageAt(at, new BrokenImage(_cache.NameAt(at), e.Message)));
                if (met.Count - first > _broken.Allowed || met.Count - first == Count) throw _broken.TooMany([.. met.Skip(first).Select(broken => broken.Image)]);
            }
        }
    }
}
