using Msf.Factorization;
using static TorchSharp.torch;

namespace Msf.Tests.Factorization;

public class ResamplingTests
{
    /// <summary>Every height and width from 1 to 9: odd, even, non-square.</summary>
    internal static IEnumerable<(long Height, long Width)> Sizes() =>
        from height in Enumerable.Range(1, 9) from width in Enumerable.Range(1, 9) select ((long)height, (long)width);

    internal static Tensor Noise(long seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, generator: generator);
    }

    [Fact]
    public void Down_is_the_mean_of_what_each_cell_holds()
    {
        using var scope = NewDisposeScope();
        foreach (var (height, width) in Sizes())
        {
            var x = Noise(height * 10 + width, 2, 3, height, width);
            var down = Resampling.Down(x);
            Assert.Equal([2, 3, (height + 1) / 2, (width + 1) / 2], down.shape);
            for (var i = 0L; i < down.shape[2]; i++)
            {
                for (var j = 0L; j < down.shape[3]; j++)
                {
                    var cell = x.slice(2, 2 * i, Math.Min(2 * i + 2, height), 1).slice(3, 2 * j, Math.Min(2 * j + 2, width), 1);
                    Assert.True(TensorAssert.MaximumDifference(down.select(3, j).select(2, i), cell.mean([2, 3])) < 1e-6);
                }
            }
        }
    }

    [Theory]
    [InlineData(UpsampleFilter.Nearest)]
    [InlineData(UpsampleFilter.Bilinear)]
    public void Up_agrees_with_interpolation_written_out(UpsampleFilter filter)
    {
        using var scope = NewDisposeScope();
        foreach (var (height, width) in Sizes())
        {
            var b = Noise(height * 10 + width, 1, 1, (height + 1) / 2, (width + 1) / 2);
            var up = Resampling.Up(b, [height, width], filter);
            Assert.Equal([1, 1, height, width], up.shape);
            for (var i = 0L; i < height; i++)
                for (var j = 0L; j < width; j++)
                    Assert.Equal(Interpolated(b, i, j, filter), up[0, 0, i, j].item<float>(), 1e-5);
        }
    }

    [Fact]
    public void Down_undoes_nearest_up_for_every_size()
    {
        using var scope = NewDisposeScope();
        foreach (var (height, width) in Sizes())
        {
            var b = Noise(height * 10 + width, 2, 3, (height + 1) / 2, (width + 1) / 2);
            Assert.True(TensorAssert.MaximumDifference(Resampling.Down(Resampling.Up(b, [height, width], UpsampleFilter.Nearest)), b) < 1e-6);
        }
    }

    [Fact]
    public void Down_does_not_undo_bilinear_up()
    {
        using var scope = NewDisposeScope();
        var b = Noise(1, 1, 1, 4, 4);
        Assert.True(TensorAssert.MaximumDifference(Resampling.Down(Resampling.Up(b, [8, 8], UpsampleFilter.Bilinear)), b) > 1e-2);
    }

    [Theory]
    [InlineData(UpsampleFilter.Nearest)]
    [InlineData(UpsampleFilter.Bilinear)]
    public void The_type_is_kept(UpsampleFilter filter)
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16 })
        {
            var x = Noise(3, 1, 2, 5, 4).to(type);
            var down = Resampling.Down(x);
            Assert.Equal(type, down.dtype);
            Assert.Equal(type, Resampling.Up(down, [5, 4], filter).dtype);
        }
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_with_both_sizes()
    {
        using var scope = NewDisposeScope();
        var b = Noise(1, 1, 1, 2, 3);
        var error = Assert.Throws<ArgumentException>(() => Resampling.Up(b, [4, 4], UpsampleFilter.Nearest));
        Assert.Contains("(2, 3)", error.Message);
        Assert.Contains("(2, 2)", error.Message);
        Assert.Throws<ArgumentException>(() => Resampling.Down(b[0]));
        Assert.Throws<ArgumentException>(() => Resampling.DownSize([4]));
        Assert.Throws<ArgumentException>(() => Resampling.DownSize([4, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampling.Up(b, [4, 6], (UpsampleFilter)9));
    }

    private static float Interpolated(Tensor b, long i, long j, UpsampleFilter filter)
    {
        if (filter == UpsampleFilter.Nearest) return b[0, 0, i / 2, j / 2].item<float>();
        var (rows, columns) = (Neighbours(i, b.shape[2]), Neighbours(j, b.shape[3]));
        return rows.Sum(row => columns.Sum(column => row.Weight * column.Weight * b[0, 0, row.Index, column.Index].item<float>()));
    }

    /// <summary>Output i sits at (i + 1/2) / 2 - 1/2 between inputs: a quarter from the near one, three from the far one; edges repeat.</summary>
    private static (long Index, float Weight)[] Neighbours(long i, long cells)
    {
        var near = i / 2;
        var far = Math.Clamp(i % 2 == 0 ? near - 1 : near + 1, 0, cells - 1);
        return [(near, 0.75f), (far, 0.25f)];
    }
}
