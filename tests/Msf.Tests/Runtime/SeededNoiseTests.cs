using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class SeededNoiseTests
{
    private static readonly long[] _shape = [3, 5, 7];

    private static float[] Draw(long seed, int stage, params long[] images)
    {
        using var noise = SeededNoise.Normal(seed, stage, images, _shape, CPU);
        return noise.data<float>().ToArray();
    }

    [Fact]
    public void The_result_has_one_row_per_image_in_float32()
    {
        using var noise = SeededNoise.Normal(1, 0, [4, 5], _shape, CPU);
        Assert.Equal([2L, 3, 5, 7], noise.shape);
        Assert.Equal(ScalarType.Float32, noise.dtype);
    }

    [Fact]
    public void An_image_s_noise_does_not_depend_on_the_batch()
    {
        var together = Draw(7, 1, 10, 11, 12);
        var alone = Draw(7, 1, 11);
        Assert.Equal(together[alone.Length..(2 * alone.Length)], alone);
        Assert.Equal([.. Draw(7, 1, 12), .. Draw(7, 1, 10)], Draw(7, 1, 12, 10));
    }

    [Fact]
    public void Seed_stage_and_image_each_change_the_noise()
    {
        float[][] draws = [Draw(7, 0, 3), Draw(8, 0, 3), Draw(7, 1, 3), Draw(7, 0, 4), Draw(7 + (1L << 32), 0, 3), Draw(7, 0, 3 + (1L << 32)), Draw(-7, 0, 3)];
        for (var i = 0; i < draws.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.True(draws[i].Zip(draws[j]).Count(p => p.First == p.Second) < 3, $"draws {i} and {j} agree");
    }

    [Fact]
    public void Moments_are_those_of_a_standard_normal()
    {
        using var noise = SeededNoise.Normal(123, 0, [0, 1, 2, 3], [250_000], CPU);
        using var mean = noise.mean();
        using var variance = noise.var();
        using var fourth = noise.pow(4).mean();
        using var far = noise.abs().gt(3).to(ScalarType.Float32).mean();
        Assert.Equal(0, mean.item<float>(), 0.005f);         // 5 standard errors at a million numbers
        Assert.Equal(1, variance.item<float>(), 0.0075f);
        Assert.Equal(3, fourth.item<float>(), 0.05f);
        Assert.Equal(0.0027, far.item<float>(), 0.0003f);
    }

    [Fact]
    public void Neighbouring_images_are_uncorrelated()
    {
        using var noise = SeededNoise.Normal(5, 0, [0, 1], [200_000], CPU);
        using var product = (noise[0] * noise[1]).mean();
        Assert.Equal(0, product.item<float>(), 0.012f);
    }

    [Fact]
    public void No_images_give_an_empty_batch()
    {
        using var noise = SeededNoise.Normal(1, 0, [], _shape, CPU);
        Assert.Equal([0L, 3, 5, 7], noise.shape);
    }

    [Fact]
    public void A_size_of_zero_is_refused() =>
        Assert.Contains("(3, 0)", Assert.Throws<ArgumentException>(() => SeededNoise.Normal(1, 0, [1], [3, 0], CPU)).Message, StringComparison.Ordinal);

    [Fact]
    public void More_numbers_than_an_array_holds_are_refused() =>
        Assert.Throws<ArgumentException>(() => SeededNoise.Normal(1, 0, [1], [1L << 40, 1L << 40], CPU));

    [Fact]
    public void Mixing_depends_on_order_and_count_of_the_stream()
    {
        long[] mixed = [SeededNoise.Mix(1), SeededNoise.Mix(1, 0), SeededNoise.Mix(1, 0, 0), SeededNoise.Mix(1, 1, 2), SeededNoise.Mix(1, 2, 1), SeededNoise.Mix(2, 1)];
        Assert.Equal(mixed.Length, mixed.Distinct().Count());
    }

    [Fact]
    public void Equal_streams_give_generators_that_draw_alike_and_different_ones_do_not()
    {
        float[] Numbers(long seed, long step)
        {
            using var generator = SeededNoise.Generator(seed, step, 0);
            using var numbers = randn([16], ScalarType.Float32, CPU, generator: generator);
            return numbers.data<float>().ToArray();
        }

        Assert.Equal(Numbers(1, 2), Numbers(1, 2));
        Assert.NotEqual(Numbers(1, 2), Numbers(1, 3));
        Assert.NotEqual(Numbers(1, 2), Numbers(2, 2));
    }

    [Fact]
    public void Nothing_but_the_result_stays_alive()
    {
        using var scope = NewDisposeScope();
        SeededNoise.Normal(1, 0, [1, 2], _shape, CPU);
        Assert.Equal(1, scope.DisposablesCount);
    }
}
