using Msf.Data;

namespace Msf.Tests.Data;

public sealed class BucketOrderTests
{
    private static readonly int[] _counts = [23, 5, 2, 11];

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(50)]
    public void Every_bucket_gives_each_of_its_images_once_an_epoch_of_its_own(int size)
    {
        var order = new BucketOrder(_counts, seed: 3);
        var given = _counts.Select(_ => new List<int>()).ToArray();
        for (var batch = 0; batch < 200; batch++)
        {
            var into = new int[size];
            given[order.Choose((long)batch * size, into)].AddRange(into);
            // As many images of every bucket as its share of all, up to the batches of an epoch.
            var visited = (batch + 1) * size;
            for (var bucket = 0; bucket < _counts.Length; bucket++)
                Assert.InRange(given[bucket].Count, visited * (double)_counts[bucket] / 41 - 41 - 2 * size, visited * (double)_counts[bucket] / 41 + 41 + 2 * size);
        }
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            var expected = Enumerable.Range(0, _counts[bucket]).ToArray();
            Assert.NotEmpty(given[bucket]);
            Assert.All(given[bucket].Chunk(_counts[bucket]).Where(epoch => epoch.Length == _counts[bucket]), epoch => Assert.Equal(expected, epoch.Order()));
        }
    }

    [Fact]
    public void After_an_epoch_only_what_fills_no_batch_is_left_over()
    {
        const int size = 4;
        var order = new BucketOrder(_counts, seed: 3);
        var (given, position) = (new int[_counts.Length], 0L);
        foreach (var epoch in Enumerable.Range(1, 20))
        {
            var batches = _counts.Sum(count => epoch * count / size);
            for (; position < (long)batches * size; position += size) given[order.Choose(position, new int[size])] += size;
            Assert.All(Enumerable.Range(0, _counts.Length), bucket => Assert.InRange(epoch * _counts[bucket] - given[bucket], 0, size - 1));
        }
    }

    [Fact]
    public void Any_position_is_reached_without_walking_and_epochs_and_seeds_differ()
    {
        const int size = 4;
        List<string> Walk(BucketOrder order, IEnumerable<int> batches) => [.. batches.Select(batch =>
        {
            var into = new int[size];
            var bucket = order.Choose((long)batch * size, into);
            return $"{bucket}: {string.Join(" ", into)}";
        })];
        var forwards = Walk(new BucketOrder(_counts, 3), Enumerable.Range(0, 100));
        var backwards = Walk(new BucketOrder(_counts, 3), Enumerable.Range(0, 100).Reverse());
        backwards.Reverse();
        Assert.Equal(forwards, backwards);
        Assert.NotEqual(forwards, Walk(new BucketOrder(_counts, 4), Enumerable.Range(0, 100)));
        Assert.NotEqual(forwards.Take(10).Select(line => line[0]), forwards.Skip(10).Take(10).Select(line => line[0]));
    }
}
