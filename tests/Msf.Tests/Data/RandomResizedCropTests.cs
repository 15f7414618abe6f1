using CsCheck;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class RandomResizedCropTests
{
    [Fact]
    public void Area_and_shape_of_a_part_are_within_their_ranges_and_fill_them()
    {
        var config = new RandomResizedCropConfig { Scale = [0.2, 0.6], Ratio = [0.5, 2] };
        var crop = new RandomResizedCrop(config);
        var random = new SplitMix64(7);
        const int width = 300, height = 200, draws = 4000;
        var (areas, ratios, across, down) = (new double[draws], new double[draws], new double[draws], new double[draws]);
        for (var i = 0; i < draws; i++)
        {
            var box = crop.Choose(width, height, ref random);
            Assert.True(box.Left >= 0 && box.Top >= 0 && box.Left + box.Width <= width && box.Top + box.Height <= height, box.ToString());
            (areas[i], ratios[i]) = (box.Width * box.Height / (double)(width * height), Math.Log(box.Width / (double)box.Height));
            (across[i], down[i]) = (box.Left / Math.Max(1.0, width - box.Width), box.Top / Math.Max(1.0, height - box.Height));
        }
        Assert.InRange(areas.Min(), 0.195, 0.21);                                             // sides are rounded to pixels
        Assert.InRange(areas.Max(), 0.58, 0.605);
        Assert.InRange(ratios.Min(), -0.71, -0.65);                                           // ln 2 is 0.693
        Assert.InRange(ratios.Max(), 0.65, 0.71);
        Assert.Equal(0.5, across.Average(), 0.03);                                            // standard error 0.005
        Assert.Equal(0.5, down.Average(), 0.03);
    }

    [Fact]
    public void Shapes_are_spread_evenly_in_the_logarithm()
    {
        var crop = new RandomResizedCrop(new RandomResizedCropConfig { Scale = [0.05, 0.05], Ratio = [0.25, 4] });
        var random = new SplitMix64(3);
        var wide = Enumerable.Range(0, 4000).Count(_ => crop.Choose(400, 400, ref random) is var box && box.Width > box.Height);
        Assert.InRange(wide, 1870, 2130);                                                     // 2000, standard deviation 32; evenly in the ratio it were 3200
    }

    [Theory]
    [InlineData(100, 10, 36, 13, 10)]                                                         // 4/3 of the height
    [InlineData(10, 100, 43, 10, 13)]
    [InlineData(16, 15, 0, 16, 15)]
    public void Where_no_try_fits_the_largest_allowed_part_of_the_centre_is_taken(int width, int height, int offset, int partWidth, int partHeight)
    {
        var random = new SplitMix64(1);
        // Shares of the whole area: of a long image none is nearly square.
        var box = new RandomResizedCrop(new RandomResizedCropConfig { Scale = [1, 1], Ratio = [0.75, 4.0 / 3] }).Choose(width, height, ref random);
        if (offset == 0) Assert.True(box.Width * box.Height > 200, box.ToString());
        else Assert.Equal(new CropBox(width > height ? (width - partWidth) / 2 : 0, width > height ? 0 : (height - partHeight) / 2, partWidth, partHeight), box);
    }

    [Fact]
    public void Every_image_gives_a_part_of_itself() =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Gen.ULong).Sample((width, height, seed) =>
        {
            var random = new SplitMix64(seed);
            var part = new RandomResizedCrop(new RandomResizedCropConfig()).Apply(Pictures.Plain(width, height, 9, 99, 199), 12, ref random);
            Assert.Equal(Pictures.Plain(12, 12, 9, 99, 199).Pixels, part.Pixels);
        }, iter: 300);

    [Fact]
    public void The_whole_area_of_a_square_is_the_image_as_it_is_fitted()
    {
        var random = new SplitMix64(1);
        var image = Pictures.Noise(20, 20, seed: 2);
        var crop = new RandomResizedCrop(new RandomResizedCropConfig { Scale = [1, 1], Ratio = [1, 1] });
        Assert.Equal(ImageResizer.Fit(image, 14).Pixels, crop.Apply(image, 14, ref random).Pixels);
        Assert.Same(image, crop.Apply(image, 20, ref random));
    }

    [Fact]
    public void Parts_are_cut_from_the_full_size_of_the_source()
    {
        // Stripes a pixel wide: at the model's size they are grey, in a part of that size they are still there.
        var pixels = new byte[3 * 64 * 64];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i / 3 % 2 * 255);
        using var source = new FixedSource(new RgbImage(pixels, 64, 64));
        var crop = new RandomResizedCropConfig { Scale = [1 / 64.0, 1 / 64.0], Ratio = [1, 1] };
        using var batches = new ImageBatches(source, 8, new() { Augmentation = new() { RandomResizedCrop = crop } });
        using var scope = NewDisposeScope();
        Assert.Equal(1, batches.Take(3).Images.abs().min().item<float>());
        Assert.Equal(0, batches.At([0]).Images.abs().max().item<float>(), 0.01);
    }

    [Fact]
    public void Broken_images_are_replaced_and_counted_as_without_a_crop()
    {
        using var source = ScriptedSource.WithBroken(200, 17);
        using var plain = new ImageBatches(source, 12, new() { MemoryBudget = 0 });
        foreach (var memory in new[] { 0, 5000, 1 << 20 })
        {
            using var cropped = new ImageBatches(source, 12, new() { MemoryBudget = memory, Augmentation = new() { RandomResizedCrop = new() } });
            using var scope = NewDisposeScope();
            Assert.True(TensorAssert.Identical(plain.At([16, 17, 18]).Images, cropped.At([16, 17, 18]).Images));
            plain.Position = 0;
            Assert.True(TensorAssert.Identical(plain.Take(200).Labels, cropped.Take(200).Labels));
            Assert.Equal(plain.Broken, cropped.Broken);
            Assert.Equal("image 17", Assert.Single(cropped.Broken).Name);
        }
    }

    [Fact]
    public void An_image_that_can_only_be_used_in_part_is_broken_all_the_same()
    {
        // Statistics look at fitted images: what they refuse must not be met in training, nor depend on whether they were taken.
        using var source = new FixedSource(Pictures.Plain(40_000, 1, 1, 2, 3), Pictures.Plain(16, 16, 4, 5, 6));
        using var batches = new ImageBatches(source, 64, new() { MaxBroken = 0.5, MemoryBudget = 0, Augmentation = new() { RandomResizedCrop = new() } });
        using var scope = NewDisposeScope();
        Assert.Equal([1L, 1L], batches.Take(2).Labels.data<long>().ToArray());
        Assert.Contains("crop the image first", Assert.Single(batches.Broken).Why, StringComparison.Ordinal);
    }

    private sealed class FixedSource(params RgbImage[] images) : IImageSource
    {
        public string Name => "fixed";

        public int Count => images.Length;

        public IReadOnlyList<ImageClass> Classes { get; } = [.. images.Select((_, i) => new ImageClass($"{i}", 1))];

        public int LabelAt(int index) => index;

        public string NameAt(int index) => $"image {index}";

        public LabeledImage Read(int index) => new(images[index], index, NameAt(index));

        public void Dispose()
        {
        }
    }
}
