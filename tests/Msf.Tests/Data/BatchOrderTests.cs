using CsCheck;
using Msf.Data;

namespace Msf.Tests.Data;

public class BatchOrderTests
{
    [Fact]
    public void Every_epoch_is_a_permutation_and_no_two_are_alike() =>
        Gen.Select(Gen.Int[20, 300], Gen.Long).Sample((count, seed) =>
        {
            var order = new BatchOrder(count, seed);
            var epochs = Enumerable.Range(0, 4).Select(epoch => Take(order, (long)epoch * count, count)).ToArray();
            foreach (var epoch in epochs) Assert.Equal(Enumerable.Range(0, count), epoch.Order());
            for (var i = 0; i < 4; i++)
                for (var j = 0; j < i; j++) Assert.NotEqual(epochs[i], epochs[j]);
        }, iter: 50);

    [Fact]
    public void Going_on_anywhere_gives_what_an_uninterrupted_walk_gives() =>
        Gen.Select(Gen.Int[1, 50], Gen.Long, Gen.Int[0, 200], Gen.Int[1, 120]).Sample((count, seed, position, size) =>
        {
            var walked = Take(new BatchOrder(count, seed), 0, position + size);
            Assert.Equal(walked[position..], Take(new BatchOrder(count, seed), position, size));
        }, iter: 200);

    [Fact]
    public void Order_depends_on_the_seed()
    {
        Assert.NotEqual(Take(new BatchOrder(100, 1), 0, 100), Take(new BatchOrder(100, 2), 0, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchOrder(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchOrder(3, 1).Indices(-1, new int[1]));
    }

    [Fact]
    public void Every_image_is_equally_likely_in_every_place()
    {
        // 6,000 epochs of 6 images: each of the 36 cells expects 1,000 with a standard deviation of 29.
        var order = new BatchOrder(6, seed: 7);
        var cells = new int[36];
        for (var epoch = 0; epoch < 6000; epoch++)
        {
            var taken = Take(order, 6L * epoch, 6);
            for (var place = 0; place < 6; place++) cells[6 * place + taken[place]]++;
        }
        Assert.All(cells, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void The_order_never_changes_between_versions() =>
        Assert.Equal([4, 3, 6, 1, 2, 7, 0, 5, 8, 9], Take(new BatchOrder(10, seed: 42), 0, 10));

    [Fact]
    public void The_generator_is_SplitMix64()
    {
        // First outputs for state 0, as published with the reference implementation.
        var random = new SplitMix64(0);
        Assert.Equal(0xE220A8397B1DCDAFu, random.Next());
        Assert.Equal(0x6E789E6AA1B965F4u, random.Next());
        Assert.Equal(0x06C45D188009454Fu, random.Next());
    }

    private static int[] Take(BatchOrder order, long position, int count)
    {
        var indices = new int[count];
        order.Indices(position, indices);
        return indices;
    }
}
