using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

/// <summary>Augmented batches: a function of seed and position, whatever threads, memory and what was read before.</summary>
public sealed class AugmentationTests
{
    private static readonly AugmentationConfig _all = new()
    {
        RandomResizedCrop = new(),
        ColorJitter = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.1 },
        NonLeaky = new() { Probability = 0.5 },
    };

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(4, 9000)]
    [InlineData(4, 1 << 20)]
    public void Threads_and_memory_change_nothing(int threads, long memory)
    {
        using var source = new ScriptedSource(50, index => Thread.SpinWait(index * 7919 % 20_000));
        using var expected = new ImageBatches(source, 12, Options(memory: 1 << 20, threads: 0));
        using var actual = new ImageBatches(source, 12, Options(memory, threads));
        foreach (var (size, jump) in new (int Size, long? Jump)[] { (7, null), (60, null), (7, 21), (7, null), (7, 1000) })
        {
            using var scope = NewDisposeScope();
            if (jump is { } to) (expected.Position, actual.Position) = (to, to);
            var (a, b) = (expected.Take(size), actual.Take(size));
            Assert.True(TensorAssert.Identical(a.Images, b.Images));
            Assert.True(TensorAssert.Identical(a.Labels, b.Labels));
            Assert.True(TensorAssert.Identical(a.AugmentationLabels!, b.AugmentationLabels!));
        }
    }

    [Fact]
    public void Another_epoch_another_seed_and_another_place_give_another_image()
    {
        using var scope = NewDisposeScope();
        using var source = new ScriptedSource(1);                                             // every position is an epoch of its own
        using var one = new ImageBatches(source, 12, Options());
        using var two = new ImageBatches(source, 12, Options() with { Seed = 10 });
        var (a, b) = (one.Take(20).Images, two.Take(20).Images);
        for (var i = 0; i < 20; i++)
        {
            Assert.False(TensorAssert.Identical(a[i], b[i]));
            for (var j = 0; j < i; j++) Assert.False(TensorAssert.Identical(a[i], a[j]), $"{i} is {j}");
        }
    }

    [Fact]
    public void One_kind_of_change_does_not_change_what_another_draws()
    {
        using var scope = NewDisposeScope();
        using var source = new SyntheticImageSource(16, 40);
        Tensor Take(bool flip, AugmentationConfig augmentation)
        {
            using var batches = new ImageBatches(source, 12, new() { Seed = 9, HorizontalFlip = flip, Augmentation = augmentation });
            return batches.Take(40).Images;
        }
        var jitter = new AugmentationConfig { ColorJitter = _all.ColorJitter };
        var (plain, flipped) = (Take(false, new()), Take(true, new()));
        var (jittered, both) = (Take(false, jitter), Take(true, jitter));
        var mirrored = 0;
        for (var i = 0; i < 40; i++)
        {
            var turned = !TensorAssert.Identical(plain[i], flipped[i]);
            if (turned) mirrored++;
            Assert.Equal(0, TensorAssert.MaximumDifference(turned ? jittered[i].flip(2) : jittered[i], both[i]), 1e-5);
        }
        Assert.InRange(mirrored, 5, 35);
    }

    [Fact]
    public void Labels_belong_to_their_images()
    {
        using var scope = NewDisposeScope();
        using var source = new SyntheticImageSource(16, 40);
        using var plain = new ImageBatches(source, 16, new() { Seed = 9 });
        var onlyMirrored = new NonLeakyConfig { Scale = 0, Rotation = 0, Anisotropy = 0, Translation = 0, Probability = 0.8 };
        using var mirrored = new ImageBatches(source, 16, new() { Seed = 9, Threads = 2, Augmentation = new() { NonLeaky = onlyMirrored } });
        var (images, batch) = (plain.Take(40).Images, mirrored.Take(40));
        Assert.Equal([40, AugmentationLabel.Size], batch.AugmentationLabels!.shape);
        Assert.Equal(ScalarType.Float32, batch.AugmentationLabels.dtype);
        for (var i = 0; i < 40; i++)
        {
            var label = batch.AugmentationLabels[i].data<float>().ToArray();
            var expected = images[i];
            if (label[0] == 1) expected = expected.flip(2);
            if (label[1] == 1) expected = expected.flip(1);
            Assert.True(TensorAssert.Identical(expected, batch.Images[i]), $"{i}");
        }
        Assert.InRange(batch.AugmentationLabels.select(1, 0).sum().item<float>(), 8, 32);
        Assert.Null(plain.Take(1).AugmentationLabels);
        Assert.Null(mirrored.At([0]).AugmentationLabels);
    }

    [Fact]
    public void Images_by_index_are_not_augmented()
    {
        using var scope = NewDisposeScope();
        using var source = new SyntheticImageSource(16, 40);
        using var plain = new ImageBatches(source, 12);
        using var augmented = new ImageBatches(source, 12, Options());
        Assert.True(TensorAssert.Identical(plain.At([3, 9]).Images, augmented.At([3, 9]).Images));
    }

    [Fact]
    public void Augmented_batches_leave_no_tensor_behind()
    {
        using var source = new SyntheticImageSource(16, 40);
        using var batches = new ImageBatches(source, 12, Options(threads: 2));
        LiveTensors.StayFlat(20, () => batches.Take(8).Dispose());
    }

    [Fact]
    public void Every_member_that_is_wrong_is_told_in_a_line()
    {
        var config = new AugmentationConfig
        {
            RandomResizedCrop = new() { Scale = [0, 1], Ratio = [2] },
            ColorJitter = new() { Brightness = -1, Contrast = double.NaN, Saturation = double.PositiveInfinity, Hue = 0.6 },
            NonLeaky = new() { Probability = 1.1, Scale = -0.1, Rotation = double.NaN, Anisotropy = 2, Translation = -1 },
        };
        string[] expected =
        [
            "randomResizedCrop: scale is [0, 1]", "randomResizedCrop: ratio is [2]", "colorJitter: brightness is -1", "colorJitter: contrast is NaN", "colorJitter: saturation is", "colorJitter: hue is 0.6",
            "nonLeaky: probability is 1.1", "nonLeaky: scale is -0.1", "nonLeaky: rotation is NaN", "nonLeaky: anisotropy is 2", "nonLeaky: translation is -1",
        ];
        var errors = config.Validate();
        Assert.Equal(expected.Length, errors.Count);
        Assert.All(expected.Zip(errors), pair => Assert.StartsWith(pair.First, pair.Second));
        Assert.All(errors, error => Assert.DoesNotContain('\n', error));
        Assert.Empty(_all.Validate());
    }

    [Theory]
    [InlineData(0.5, 0.2)]
    [InlineData(0.5, 1.5)]
    [InlineData(double.NaN, 1)]
    public void Ranges_that_hold_nothing_are_refused(double least, double largest) =>
        Assert.StartsWith("scale is", Assert.Single(new RandomResizedCropConfig { Scale = [least, largest] }.Validate()));

    private static LoaderOptions Options(long memory = 1 << 20, int threads = 0) =>
        new() { Seed = 9, HorizontalFlip = true, Augmentation = _all, MemoryBudget = memory, Threads = threads };
}
