using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class ImageBatchesTests : IDisposable
{
    private readonly SyntheticImageSource _source = new(16, count: 40);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void Batches_have_the_promised_shape_type_and_range()
    {
        using var batches = new ImageBatches(_source, 16, new() { Seed = 1 });
        var batch = batches.Take(6);
        Assert.Equal([6, 3, 16, 16], batch.Images.shape);
        Assert.Equal((ScalarType.Float32, ScalarType.Int64), (batch.Images.dtype, batch.Labels.dtype));
        Assert.Equal([6], batch.Labels.shape);
        Assert.InRange(batch.Images.min().item<float>(), -1f, -0.5f);
        Assert.InRange(batch.Images.max().item<float>(), 0.5f, 1f);
        Assert.Equal(6, batches.Position);
    }

    [Fact]
    public void Pixels_keep_their_channel_and_place_and_labels_their_image()
    {
        using var batches = new ImageBatches(_source, 16);
        var (images, labels) = batches.At([5, 2]);
        var pixels = _source.Read(2).Pixels;
        for (var channel = 0; channel < 3; channel++)
            Assert.Equal(pixels[3 * (16 * 4 + 9) + channel] / 127.5f - 1, images[1, channel, 4, 9].item<float>(), 1e-6f);
        Assert.Equal([1L, 2L], labels.data<long>().ToArray());
        Assert.Equal(_source.Read(5).Pixels, ImageTensors.ToImages(images)[0].Pixels);
        Assert.Throws<ArgumentException>(() => batches.At([40]));
        Assert.Throws<ArgumentException>(() => batches.At([]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_resumed_loader_gives_what_an_uninterrupted_one_gives(bool flip)
    {
        using var walked = new ImageBatches(_source, 16, new() { Seed = 3, HorizontalFlip = flip });
        for (var i = 0; i < 9; i++) walked.Take(7);
        using var resumed = new ImageBatches(_source, 16, new() { Seed = 3, HorizontalFlip = flip }) { Position = 63 };
        Assert.True(walked.Take(7).Images.equal(resumed.Take(7).Images).all().item<bool>());
        Assert.Throws<ArgumentOutOfRangeException>(() => resumed.Position = -1);
    }

    [Fact]
    public void A_small_budget_changes_nothing_but_where_pixels_are_kept()
    {
        using var kept = new ImageBatches(_source, 12, new() { Seed = 3, HorizontalFlip = true });
        using var decoded = new ImageBatches(_source, 12, new() { Seed = 3, HorizontalFlip = true, MemoryBudget = 40 * 3 * 12 * 12 - 1 });
        Assert.True(kept.InMemory);
        Assert.False(decoded.InMemory);
        var (a, b) = (kept.Take(50), decoded.Take(50));
        Assert.True(a.Images.equal(b.Images).all().item<bool>());
        Assert.True(a.Labels.equal(b.Labels).all().item<bool>());
    }

    [Fact]
    public void Flips_mirror_about_half_of_the_images_left_to_right_and_differ_between_epochs()
    {
        using var plain = new ImageBatches(_source, 16, new() { Seed = 5 });
        using var flipped = new ImageBatches(_source, 16, new() { Seed = 5, HorizontalFlip = true });
        var mirrored = new bool[400];
        var (a, b) = (plain.Take(400).Images, flipped.Take(400).Images);
        for (var i = 0; i < 400; i++)
        {
            mirrored[i] = !a[i].equal(b[i]).all().item<bool>();
            if (mirrored[i]) Assert.True(a[i].flip(2).equal(b[i]).all().item<bool>());
        }
        Assert.InRange(mirrored.Count(m => m), 160, 240);    // 200, standard deviation 10
        Assert.NotEqual(mirrored[..40], mirrored[40..80]);
    }

    [Fact]
    public void An_epoch_visits_every_image_once()
    {
        using var batches = new ImageBatches(_source, 16, new() { Seed = 5 });
        var epoch = batches.Take(batches.Count);
        Assert.Equal([10L, 10L, 10L, 10L], epoch.Labels.bincount(null, 4).data<long>().ToArray());
    }

    [Fact]
    public void Batches_leave_no_tensor_behind()
    {
        using var batches = new ImageBatches(_source, 16, new() { Seed = 1, HorizontalFlip = true });
        LiveTensors.StayFlat(20, () =>
        {
            using var scope = NewDisposeScope();
            ImageTensors.ToImages(batches.Take(8).Images);
        });
        LiveTensors.StayFlat(20, () => batches.Take(8).Dispose());
    }
}
