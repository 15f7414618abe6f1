using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class BucketBatchesTests
{
    private const int Streaming = 0;
    private static readonly PixelSize[] _sizes = [new(8, 16), new(12, 12), new(16, 8), new(40, 4)];

    [Fact]
    public void Every_image_goes_to_the_nearest_aspect_by_its_logarithm()
    {
        (PixelSize Image, int Bucket)[] cases = [(new(100, 100), 1), (new(70, 100), 0), (new(71, 100), 1), (new(100, 71), 1), (new(100, 70), 2), (new(900, 9), 3), (new(1, 300), 0)];
        Assert.All(cases, sample => Assert.Equal(sample.Bucket, AspectBuckets.Nearest(sample.Image, _sizes)));
        Assert.Equal(0, AspectBuckets.Nearest(new(10, 10), [new(16, 8), new(8, 16)]));        // as far from both: the first
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(Streaming)]
    public void A_batch_has_one_size_and_an_epoch_has_every_image(long memory)
    {
        using var source = new MixedSource(MixedSource.Shapes(70));
        using var batches = new ImageBatches(source, _sizes, new() { Seed = 2, MemoryBudget = memory });
        Assert.Equal(memory != Streaming, batches.InMemory);
        Assert.Equal(["8x16", "12x12", "16x8"], batches.Sizes.Select(size => size.ToString()));  // no image is as wide as the last
        var (seen, shapes) = (new List<int>(), new HashSet<string>());
        for (var batch = 0; batch < 7; batch++)                                               // of 20, 10 and 40 images, in batches of 10
        {
            using var scope = NewDisposeScope();
            var next = batches.Take(10);
            Assert.Equal([10, 3], next.Images.shape[..2]);
            shapes.Add($"{next.Images.shape[3]}x{next.Images.shape[2]}");
            for (var i = 0; i < 10; i++)
            {
                var place = (int)Math.Round((next.Images[i, 0, 0, 0].item<float>() + 1) * 127.5);
                Assert.Equal(place % 2, next.Labels[i].item<long>());
                Assert.Equal(_sizes[AspectBuckets.Nearest(MixedSource.Shapes(70)[place], _sizes)].Height, next.Images.shape[2]);
                seen.Add(place);
            }
        }
        Assert.Equal(Enumerable.Range(0, 70), seen.Order());
        Assert.Equal(3, shapes.Count);
    }

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(4, Streaming)]
    public void Batches_depend_on_their_position_alone(int threads, long memory)
    {
        using var source = new MixedSource(MixedSource.Shapes(50), broken: 5);
        LoaderOptions options = new() { Seed = 9, HorizontalFlip = true, MemoryBudget = memory };
        using var expected = new ImageBatches(source, _sizes, options);
        using var actual = new ImageBatches(source, _sizes, options with { Threads = threads });
        foreach (var position in new long[] { 0, 6, 12, 600, 606, 18 })
        {
            using var scope = NewDisposeScope();
            (expected.Position, actual.Position) = (position, position);
            var (one, other) = (expected.Take(6), actual.Take(6));
            Assert.True(TensorAssert.Identical(one.Images, other.Images));
            Assert.True(TensorAssert.Identical(one.Labels, other.Labels));
            Assert.Equal(position + 6, actual.Position);
        }
        Assert.All(actual.Broken, broken => Assert.Equal("image 5", broken.Name));
    }

    [Fact]
    public void Memory_is_bounded_over_all_buckets_by_the_budget_and_the_batches_ahead()
    {
        using var source = new MixedSource(MixedSource.Shapes(700));
        using var batches = new ImageBatches(source, _sizes, new() { MemoryBudget = 700 * 3 * 128, Threads = 2 });  // less than all 12 x 12 take
        Assert.False(batches.InMemory);
        var assigned = source.Reads;
        Assert.Equal(700, assigned);                                                          // once each, for their sizes
        batches.Take(5).Dispose();
        var most = (1 + BatchPipeline.Ahead) * 5;
        Assert.True(SpinWait.SpinUntil(() => source.Reads - assigned >= most, TimeSpan.FromSeconds(30)));
        Thread.Sleep(20);
        Assert.Equal(most, source.Reads - assigned);
    }

    [Fact]
    public void A_broken_image_is_replaced_by_one_of_the_largest_bucket()
    {
        using var scope = NewDisposeScope();
        using var source = new MixedSource(MixedSource.Shapes(30), broken: 7);                // 30 x 14, if it could be read
        using var batches = new ImageBatches(source, _sizes, new() { MemoryBudget = Streaming });
        var batch = batches.At([7]);
        Assert.Equal([1, 3, 12, 12], batch.Images.shape);
        Assert.Equal(10, (int)Math.Round((batch.Images[0, 0, 0, 0].item<float>() + 1) * 127.5));  // the next square one
    }

    [Fact]
    public void Examples_of_several_sizes_are_asked_for_in_parts()
    {
        using var scope = NewDisposeScope();
        using var source = new MixedSource(MixedSource.Shapes(30));
        using var batches = new ImageBatches(source, _sizes);
        int[] indices = [0, 3, 2, 1, 4];
        Assert.Contains("several sizes", Assert.Throws<ArgumentException>(() => batches.At(indices)).Message, StringComparison.Ordinal);
        var parts = batches.Alike(indices).ToArray();
        Assert.Equal(["0 1", "3 4", "2"], parts.Select(part => string.Join(" ", part)));
        Assert.All(parts, part => Assert.Equal(part[0], (int)Math.Round((batches.At(part).Images[0, 0, 0, 0].item<float>() + 1) * 127.5)));
    }

    [Fact]
    public void Augmentation_that_makes_squares_is_refused()
    {
        using var source = new MixedSource(MixedSource.Shapes(3));
        Assert.Contains("make squares", Assert.Throws<ArgumentException>(
            () => new ImageBatches(source, _sizes, new() { Augmentation = new() { NonLeaky = new() } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fitting_to_a_shape_covers_it_and_cuts_the_rest_off_at_both_sides_alike()
    {
        var pixels = Pictures.Plain(60, 20, 0, 200, 0).Pixels;
        for (var y = 0; y < 20; y++)
            for (var x = 0; x < 10; x++)                                                      // what is beyond 2 : 1 is red
                (pixels[3 * (60 * y + x)], pixels[3 * (60 * y + 59 - x)], pixels[3 * (60 * y + x) + 1], pixels[3 * (60 * y + 59 - x) + 1]) = (255, 255, 0, 0);
        var fitted = ImageResizer.Fit(new RgbImage(pixels, 60, 20), new PixelSize(10, 5));
        Assert.Equal((10, 5), (fitted.Width, fitted.Height));
        for (var i = 0; i < 5; i++) Assert.InRange(fitted.Pixels[3 * (10 * i + 5) + 1], 199, 201);
        Assert.All(Enumerable.Range(1, 8), x => Assert.InRange(fitted.Pixels[3 * x], 0, 12));
        Assert.Equal(ImageResizer.Fit(Pictures.Noise(37, 51, 1), 8).Pixels, ImageResizer.Fit(Pictures.Noise(37, 51, 1), new PixelSize(8, 8)).Pixels);
    }

    [Fact]
    public void The_header_tells_the_size_of_a_file_whose_rest_is_missing()
    {
        using var folder = new TemporaryFolder();
        PngFile.Write(folder["a.png"], Pictures.Noise(13, 7, 1));
        var file = File.ReadAllBytes(folder["a.png"]);
        Assert.Equal(new PixelSize(13, 7), ImageDecoder.ReadSize(file));
        Assert.Null(ImageDecoder.ReadSize([1, 2, 3]));
        Assert.Null(ImageDecoder.ReadSize([]));
    }
}
