namespace Msf.Data;

/// <summary>
/// The geometric augmentation of Karras et al. 2022 (appendix F.2): mirrors, then scales, rotates, stretches and shifts by one resampling, each
/// with some probability, and says so in a label.
/// </summary>
/// <param name="config">Probability and strengths; valid.</param>
internal sealed class NonLeakyAugmentation(NonLeakyConfig config)
{
    // A probability of 0 switches mirroring off as everything; any other leaves it on for all images, of which half are then mirrored.
    private readonly double _flipProbability = config.Probability > 0 ? 1 : 0;

    /// <summary>Changes an image.</summary>
    /// <param name="values">float32 (3, size, size) in [-1, 1]; changed in place.</param>
    /// <param name="size">Width and height.</param>
    /// <param name="label">Receives <see cref="AugmentationLabel.Size"/> numbers.</param>
    /// <param name="random">Where all draws come from.</param>
    public void Apply(Span<float> values, int size, Span<float> label, ref SplitMix64 random)
    {
        var toSource = Draw(label, size, ref random);
        if (label[AugmentationLabel.HorizontalFlip] != 0) ImageMirror.LeftToRight(values, size);
        if (label[AugmentationLabel.VerticalFlip] != 0) ImageMirror.TopToBottom(values, size);
        if (toSource != AffineMap.Identity) new AffineWarp(toSource).Apply(values.ToArray(), values, size);
    }

    /// <summary>Draws a change; as many numbers are drawn whatever is on, so that one setting does not change what another draws.</summary>
    /// <param name="label">Receives the label.</param>
    /// <param name="size">Width and height of the image in pixels.</param>
    /// <param name="random">Where all draws come from.</param>
    /// <returns>Where in the mirrored image a pixel of the result comes from, both measured in pixels from the centre.</returns>
    public AffineMap Draw(Span<float> label, int size, ref SplitMix64 random)
    {
        var map = AffineMap.Identity;
        label[AugmentationLabel.HorizontalFlip] = Flip(config.HorizontalFlip, _flipProbability, ref random);
        label[AugmentationLabel.VerticalFlip] = Flip(config.VerticalFlip, config.Probability, ref random);

        var scale = random.Normal();
        if (!Chosen(config.Scale, ref random)) scale = 0;
        if (scale != 0) map = map.After(AffineMap.Scaling(Math.Pow(2, -scale * config.Scale), Math.Pow(2, -scale * config.Scale)));
        label[AugmentationLabel.Scale] = (float)scale;

        var angle = Math.PI * config.Rotation * random.Between(-1, 1);
        if (!Chosen(config.Rotation, ref random)) angle = 0;
        if (angle != 0) map = map.After(AffineMap.Rotation(angle));                           // back to the source: the image turns the other way
        (label[AugmentationLabel.Rotation], label[AugmentationLabel.Rotation + 1]) = ((float)(Math.Cos(angle) - 1), (float)Math.Sin(angle));

        var (stretch, axis) = (random.Normal(), Math.PI * random.Between(-1, 1));
        if (!Chosen(config.Anisotropy, ref random)) stretch = 0;
        if (random.Between(0, 1) >= 0.5) axis = 0;
        if (stretch != 0)
        {
            var factor = Math.Pow(2, stretch * config.Anisotropy);
            map = map.After(AffineMap.Rotation(-axis)).After(AffineMap.Scaling(1 / factor, factor)).After(AffineMap.Rotation(axis));
        }
        (label[AugmentationLabel.Anisotropy], label[AugmentationLabel.Anisotropy + 1]) = ((float)(stretch * Math.Cos(axis)), (float)(stretch * Math.Sin(axis)));

        var (right, down) = (random.Normal(), random.Normal());
        if (!Chosen(config.Translation, ref random)) (right, down) = (0, 0);
        if (right != 0 || down != 0) map = map.After(AffineMap.Translation(-right * config.Translation * size, -down * config.Translation * size));
        (label[AugmentationLabel.Translation], label[AugmentationLabel.Translation + 1]) = ((float)right, (float)down);
        return map;
    }

    private static float Flip(bool on, double probability, ref SplitMix64 random)
    {
        var flipped = random.Below(2);
        var chosen = random.Between(0, 1) < probability;
        return on && chosen ? flipped : 0;
    }

    private bool Chosen(double strength, ref SplitMix64 random) => random.Between(0, 1) < config.Probability && strength > 0;
}
