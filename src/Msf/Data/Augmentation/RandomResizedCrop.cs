namespace Msf.Data;

/// <summary>Cuts a random part out of an image and scales it to a square (Szegedy et al. 2015, section 6).</summary>
/// <param name="config">Sizes and shapes of the part; valid.</param>
internal sealed class RandomResizedCrop(RandomResizedCropConfig config)
{
    private const int Tries = 10;

    /// <summary>Cuts and scales, antialiased and in one pass.</summary>
    /// <param name="image">The image in its own size.</param>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="random">Where the part is chosen from.</param>
    public RgbImage Apply(RgbImage image, int size, ref SplitMix64 random) =>
        Resampler.Resize(Choose(image.Width, image.Height, ref random).CutFrom(image), size, size, ResamplingFilter.Bicubic);

    /// <summary>
    /// Chooses a part: ten tries of an area and a shape, and where none of them fits the image, the largest allowed part around its centre.
    /// </summary>
    /// <param name="width">The image's width.</param>
    /// <param name="height">The image's height.</param>
    /// <param name="random">Where the part is chosen from.</param>
    public CropBox Choose(int width, int height, ref SplitMix64 random)
    {
        var (narrowest, widest) = (Math.Log(config.Ratio[0]), Math.Log(config.Ratio[1]));
        for (var i = 0; i < Tries; i++)
        {
            var area = (double)width * height * random.Between(config.Scale[0], config.Scale[1]);
            var ratio = Math.Exp(random.Between(narrowest, widest));
            var (w, h) = (Math.Round(Math.Sqrt(area * ratio)), Math.Round(Math.Sqrt(area / ratio)));
            if (w < 1 || h < 1 || w > width || h > height) continue;
            var (left, top) = (random.Below(width - (int)w + 1), random.Below(height - (int)h + 1));
            return new CropBox(left, top, (int)w, (int)h);
        }
        return Centre(width, height);
    }

    private CropBox Centre(int width, int height)
    {
        var ratio = Math.Clamp((double)width / height, config.Ratio[0], config.Ratio[1]);
        var w = Math.Clamp((int)Math.Round(height * ratio), 1, width);
        var h = Math.Clamp((int)Math.Round(width / ratio), 1, height);
        return new CropBox((width - w) / 2, (height - h) / 2, w, h);
    }
}
