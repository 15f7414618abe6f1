using Msf.Data;

namespace Msf.Tests.Data;

public sealed class NonLeakyAugmentationTests
{
    private const int Size = 16;
    private static readonly NonLeakyConfig _none = new() { Probability = 1, HorizontalFlip = false, VerticalFlip = false, Scale = 0, Rotation = 0, Anisotropy = 0, Translation = 0 };

    [Fact]
    public void At_probability_0_nothing_changes_and_the_label_is_zero()
    {
        var random = new SplitMix64(1);
        for (var i = 0; i < 100; i++)
        {
            var (image, label) = (Noise(i), new float[AugmentationLabel.Size]);
            Array.Fill(label, 9);
            var augmented = image.ToArray();
            new NonLeakyAugmentation(new NonLeakyConfig { Probability = 0 }).Apply(augmented, Size, label, ref random);
            Assert.Equal(image, augmented);
            Assert.All(label, value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void Everything_switched_off_changes_nothing_either()
    {
        var random = new SplitMix64(2);
        var (image, label) = (Noise(1), new float[AugmentationLabel.Size]);
        var augmented = image.ToArray();
        new NonLeakyAugmentation(_none).Apply(augmented, Size, label, ref random);
        Assert.Equal(image, augmented);
        Assert.All(label, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Mirroring_is_exact_and_told()
    {
        var random = new SplitMix64(3);
        var augmentation = new NonLeakyAugmentation(_none with { HorizontalFlip = true, VerticalFlip = true });
        var counts = new Dictionary<(float, float), int>();
        for (var i = 0; i < 400; i++)
        {
            var (image, label) = (Noise(i), new float[AugmentationLabel.Size]);
            var augmented = image.ToArray();
            augmentation.Apply(augmented, Size, label, ref random);
            var (across, down) = (label[0], label[1]);
            counts[(across, down)] = counts.GetValueOrDefault((across, down)) + 1;
            for (var at = 0; at < image.Length; at++)
            {
                var (plane, y, x) = (at / (Size * Size), at / Size % Size, at % Size);
                Assert.Equal(image[(plane * Size + (down == 1 ? Size - 1 - y : y)) * Size + (across == 1 ? Size - 1 - x : x)], augmented[at]);
            }
            Assert.All(label[2..], value => Assert.Equal(0, value));
        }
        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1)], counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, 65, 135));                   // 100, standard deviation 9
    }

    [Fact]
    public void Each_change_comes_as_often_as_its_probability_says()
    {
        var random = new SplitMix64(4);
        var augmentation = new NonLeakyAugmentation(new NonLeakyConfig { Probability = 0.25 });
        const int draws = 8000;
        var labels = Enumerable.Range(0, draws).Select(_ => Draw(augmentation, ref random).Label).ToArray();
        int Count(Func<float[], bool> changed) => labels.Count(changed);
        Assert.InRange(Count(label => label[0] == 1), 3850, 4150);                            // half of all, whatever the probability
        Assert.InRange(Count(label => label[1] == 1), 880, 1120);                             // half of a quarter
        foreach (var place in new[] { AugmentationLabel.Scale, AugmentationLabel.Rotation, AugmentationLabel.Anisotropy, AugmentationLabel.Translation, AugmentationLabel.Translation + 1 })
            Assert.InRange(Count(label => label[place] != 0), 1850, 2150);                    // 2000, standard deviation 39
        var scales = labels.Select(label => (double)label[AugmentationLabel.Scale]).Where(value => value != 0).ToArray();
        Assert.Equal(0, scales.Average(), 0.1);
        Assert.Equal(1, scales.Average(value => value * value), 0.15);
        // Both translations at once or none.
        Assert.All(labels, label => Assert.Equal(label[7] != 0, label[8] != 0));
        // The axis of stretching is horizontal in half of the cases.
        Assert.InRange(Count(label => label[5] != 0 && label[6] == 0), 850, 1150);
    }

    [Fact]
    public void The_label_says_which_map_it_was()
    {
        var random = new SplitMix64(5);
        var config = new NonLeakyConfig { Probability = 0.6 };
        for (var i = 0; i < 300; i++)
        {
            var (map, label) = Draw(new NonLeakyAugmentation(config), ref random);
            // From the source to the result: scale, turn against the clock as seen, stretch along an axis so turned, shift right and down.
            var angle = Math.Atan2(label[4], label[3] + 1);
            var (strength, axis) = (Math.Sqrt(label[5] * label[5] + label[6] * label[6]), Math.Atan2(label[6], label[5]));
            var (scale, stretch) = (Math.Pow(2, 0.2 * label[2]), Math.Pow(2, 0.2 * strength));
            AffineMap Forward(double factor) => AffineMap.Translation(0.125 * Size * label[7], 0.125 * Size * label[8])
                .After(AffineMap.Rotation(-axis)).After(AffineMap.Scaling(factor, 1 / factor)).After(AffineMap.Rotation(axis))
                .After(AffineMap.Rotation(-angle)).After(AffineMap.Scaling(scale, scale));
            // A negative strength looks like the opposite axis: then it is the inverse stretch.
            var error = Math.Min(FromIdentity(Forward(stretch).After(map)), FromIdentity(Forward(1 / stretch).After(map)));
            Assert.True(error < 1e-4, $"{i}: {error}");
        }
    }

    [Fact]
    public void A_turn_is_against_the_clock_and_a_shift_goes_right_and_down()
    {
        var random = new SplitMix64(6);
        for (var i = 0; i < 60; i++)
        {
            var (turn, label) = Draw(new NonLeakyAugmentation(_none with { Rotation = 0.3 }), ref random);
            var (x, y) = turn.Of(5, 0);                                                       // what is on the right now
            // Turned against the clock by less than a quarter, it was lower before: y points down.
            Assert.Equal(Math.Sign(label[4]), Math.Sign(y));
            Assert.Equal((5 * (label[3] + 1), 5 * label[4]), (x, y), new Near());
            Assert.InRange(Math.Abs(label[4]), 0, Math.Sin(0.3 * Math.PI) + 1e-6);

            var (shift, moved) = Draw(new NonLeakyAugmentation(_none with { Translation = 0.125 }), ref random);
            Assert.Equal((-2.0 * moved[7], -2.0 * moved[8]), shift.Of(0, 0), new Near());     // 0.125 x 16 pixels a deviation

            var (zoom, sized) = Draw(new NonLeakyAugmentation(_none with { Scale = 0.2 }), ref random);
            Assert.Equal((5 * Math.Pow(2, -0.2 * sized[2]), 0), zoom.Of(5, 0), new Near());
        }
    }

    [Fact]
    public void One_setting_does_not_change_what_another_draws()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var (one, two) = (new SplitMix64(seed), new SplitMix64(seed));
            var all = Draw(new NonLeakyAugmentation(new NonLeakyConfig { Probability = 0.5 }), ref one).Label;
            var some = Draw(new NonLeakyAugmentation(new NonLeakyConfig { Probability = 0.5, HorizontalFlip = false, Scale = 0, Anisotropy = 0 }), ref two).Label;
            Assert.Equal([0, all[1], 0, all[3], all[4], 0, 0, all[7], all[8]], some);
        }
    }

    private static (AffineMap Map, float[] Label) Draw(NonLeakyAugmentation augmentation, ref SplitMix64 random)
    {
        var label = new float[AugmentationLabel.Size];
        return (augmentation.Draw(label, Size, ref random), label);
    }

    private static double FromIdentity(AffineMap map) =>
        new[] { map.Xx - 1, map.Xy, map.X, map.Yx, map.Yy - 1, map.Y }.Max(Math.Abs);

    private static float[] Noise(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 3 * Size * Size).Select(_ => 2 * random.NextSingle() - 1)];
    }

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) < 1e-5 && Math.Abs(a.Item2 - b.Item2) < 1e-5;

        public int GetHashCode((double, double) value) => 0;
    }
}
