using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class PatchesTests
{
    [Theory]
    [InlineData(1, 3, 4, 4, 1)]
    [InlineData(2, 4, 8, 4, 2)]
    [InlineData(3, 1, 4, 12, 4)]
    [InlineData(2, 5, 6, 9, 3)]
    public void Join_undoes_Split_once_the_channels_are_moved_last(int batch, int channels, int height, int width, int patch)
    {
        using var scope = NewDisposeScope();
        var x = Numbered(batch, channels, height, width);
        var split = Patches.Split(x, patch);
        var grid = Patches.Grid([height, width], patch);
        Assert.Equal([batch, grid[0] * grid[1], channels * patch * patch], split.shape);
        var channelsLast = split.reshape(batch, -1, channels, patch * patch).transpose(2, 3).flatten(2);
        Assert.True(TensorAssert.Identical(x, Patches.Join(channelsLast, grid, patch)));
    }

    [Fact]
    public void Split_reads_patches_row_by_row_and_each_channel_by_channel()
    {
        using var scope = NewDisposeScope();
        // Two channels of 2 x 4: 0 1 2 3 / 4 5 6 7, then 8 9 10 11 / 12 13 14 15.
        var split = Patches.Split(Numbered(1, 2, 2, 4), 2);
        Assert.Equal([0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15], split.data<float>().ToArray());
    }

    [Fact]
    public void Join_puts_row_column_and_channel_where_the_official_unpatchify_does()
    {
        using var scope = NewDisposeScope();
        const int rows = 2, columns = 3, p = 2, channels = 3;
        var tokens = Numbered(1, rows * columns, p * p * channels);
        var image = Patches.Join(tokens, [rows, columns], p);
        Assert.Equal([1, channels, rows * p, columns * p], image.shape);
        for (var c = 0; c < channels; c++)
            for (var y = 0; y < rows * p; y++)
                for (var x = 0; x < columns * p; x++)
                {
                    // nhwpqc -> nchpwq: token (h, w), inside it row p, column q, channel c.
                    var expected = tokens[0, y / p * columns + x / p, (y % p * p + x % p) * channels + c];
                    Assert.Equal(expected.item<float>(), image[0, c, y, x].item<float>());
                }
    }

    [Theory]
    [InlineData(7, 8, 2)]
    [InlineData(8, 7, 2)]
    [InlineData(8, 8, 0)]
    [InlineData(0, 8, 2)]
    public void A_size_that_is_no_multiple_of_the_patch_is_refused(int height, int width, int patch)
    {
        var error = Assert.Throws<ArgumentException>(() => Patches.Grid([height, width], patch));
        Assert.Contains($"{height}x{width} is not divisible by patch size {patch}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_refuses_a_size_that_is_no_multiple_of_the_patch()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => Patches.Split(Numbered(1, 3, 6, 5), 2));
    }

    [Fact]
    public void Tensors_that_are_no_images_or_patches_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("(3, 4, 4)", Assert.Throws<ArgumentException>(() => Patches.Split(Numbered(3, 4, 4), 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Patches.Join(Numbered(4, 12), [2, 2], 2));
        Assert.Throws<ArgumentException>(() => Patches.Join(Numbered(1, 4, 12), [2, 3], 2));
        Assert.Throws<ArgumentException>(() => Patches.Join(Numbered(1, 4, 13), [2, 2], 2));
    }

    private static Tensor Numbered(params long[] shape) => arange(shape.Aggregate(1L, (a, b) => a * b), dtype: ScalarType.Float32).reshape(shape);
}
