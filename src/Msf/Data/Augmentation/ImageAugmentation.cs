using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// All random changes of training images. What is done to an image is a function of the seed and of the image's position in the run alone, each kind of
/// change with numbers of its own: whichever thread prepares it, the image is the same.
/// </summary>
internal sealed class ImageAugmentation
{
    // Streams of one seed, named in ASCII; the order of the images is another.
    private const long FlipStream = 0x466C6970, CropStream = 0x43726F70, ColorStream = 0x436F6C72, GeometryStream = 0x47656F6D;

    private readonly long _seed;
    private readonly bool _horizontalFlip;
    private readonly RandomResizedCrop? _crop;
    private readonly ColorJitter? _jitter;
    private readonly NonLeakyAugmentation? _geometry;

    /// <param name="options">Seed, flips and augmentation; valid.</param>
    public ImageAugmentation(LoaderOptions options)
    {
        (_seed, _horizontalFlip) = (options.Seed, options.HorizontalFlip);
        _crop = options.Augmentation.RandomResizedCrop is { } crop ? new RandomResizedCrop(crop) : null;
        _jitter = options.Augmentation.ColorJitter is { } jitter ? new ColorJitter(jitter) : null;
        _geometry = options.Augmentation.NonLeaky is { } geometry ? new NonLeakyAugmentation(geometry) : null;
    }

    /// <summary>Whether images are to be given to <see cref="Crop"/> in their own size.</summary>
    public bool Crops => _crop is not null;

    /// <summary>Whether <see cref="Apply"/> gives labels.</summary>
    public bool Labels => _geometry is not null;

    /// <summary>Whether the image at a position of a run that flips is mirrored.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="position">Images visited before.</param>
    public static bool IsFlipped(long seed, long position) => (SeededNoise.Mix(seed, FlipStream, position) & 1) != 0;

    /// <summary>Takes a part of an image; exactly where <see cref="Crops"/>.</summary>
    /// <param name="image">The image in its own size.</param>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="position">Images visited before.</param>
    public RgbImage Crop(RgbImage image, int size, long position)
    {
        var random = Random(CropStream, position);
        return _crop!.Apply(image, size, ref random);
    }

    /// <summary>Changes an image.</summary>
    /// <param name="values">float32 (3, H, size) in [-1, 1]; changed in place.</param>
    /// <param name="size">Width; the height as well where <see cref="Labels"/>.</param>
    /// <param name="position">Images visited before.</param>
    /// <param name="label">Receives the augmentation label where <see cref="Labels"/>.</param>
    public void Apply(Span<float> values, int size, long position, Span<float> label)
    {
        if (_jitter is not null)
        {
            var random = Random(ColorStream, position);
            _jitter.Apply(values, ref random);
        }
        if (_horizontalFlip && IsFlipped(_seed, position)) ImageMirror.LeftToRight(values, size);
        if (_geometry is not null)
        {
            var random = Random(GeometryStream, position);
            _geometry.Apply(values, size, label, ref random);
        }
    }

    private SplitMix64 Random(long stream, long position) => new((ulong)SeededNoise.Mix(_seed, stream, position));
}
