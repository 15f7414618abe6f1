using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class BrokenImagesTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0L)]
    [InlineData(1L << 20)]
    public void A_broken_image_is_replaced_by_the_next_good_one_of_the_source_with_its_label(long memory)
    {
        using var source = ScriptedSource.WithBroken(40, 3, 4, 39);
        using var batches = new ImageBatches(source, 16, new() { MaxBroken = 0.1, MemoryBudget = memory });
        using var good = new ImageBatches(new SyntheticImageSource(16, 40), 16);
        var (images, labels) = batches.At([3, 4, 5, 39, 38]);
        Assert.True(TensorAssert.Identical(good.At([5, 5, 5, 0, 38]).Images, images));
        Assert.Equal([1L, 1, 1, 0, 2], labels.data<long>().ToArray());
        Assert.Equal(["image 3", "image 4", "image 39"], batches.Broken.Select(image => image.Name));
        Assert.All(batches.Broken, image => Assert.Equal("damaged. Replace it.", image.Why));
    }

    [Fact]
    public void Order_content_and_list_of_the_broken_are_the_same_for_any_number_of_threads_and_after_resuming()
    {
        int[] broken = [0, 7, 8, 23, 31];
        (float[][] Batches, List<string> Found) Walk(int threads, long memory, int skip)
        {
            using var source = ScriptedSource.WithBroken(40, broken);
            var found = new List<string>();
            using var loader = new ImageBatches(
                source, 16, new() { Seed = 4, HorizontalFlip = true, MaxBroken = 0.2, Threads = threads, MemoryBudget = memory }, image => found.Add(image.Name));
            loader.Position = 6L * skip;
            return ([.. Enumerable.Range(skip, 15 - skip).Select(_ => loader.Take(6)).Select(Numbers)], found);
        }
        var expected = Walk(0, 0, 0);
        Assert.Equal(broken.Length, expected.Found.Count);
        foreach (var threads in new[] { 1, 4 })
        {
            var actual = Walk(threads, 0, 0);
            Assert.Equal(expected.Batches, actual.Batches);
            Assert.Equal(expected.Found, actual.Found);
            Assert.Equal(expected.Batches, Walk(threads, 1 << 20, 0).Batches);
            Assert.Equal(expected.Batches[5..], Walk(threads, 0, 5).Batches);
        }
    }

    private static float[] Numbers(Batch batch) => [.. batch.Images.data<float>(), .. batch.Labels.data<long>().ToArray().Select(label => (float)label)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Too_many_stop_the_run_at_the_batch_that_meets_one_too_many(int threads)
    {
        var order = new int[100];
        new BatchOrder(100, seed: 1).Indices(0, order);
        using var source = ScriptedSource.WithBroken(100, order[1], order[13], order[26], order[90]);
        using var batches = new ImageBatches(source, 16, new() { Seed = 1, MaxBroken = 0.02, MemoryBudget = 0, Threads = threads });
        batches.Take(10);
        batches.Take(5);
        var e = Assert.Throws<InvalidDataException>(() => batches.Take(15));
        Assert.StartsWith($"scripted has at least 3 broken images of 100, at most 2 are allowed (image {order[1]}: damaged. Replace it; image {order[13]}: ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("msf data inspect lists all), or raise data.maxBroken.", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Equal(15, batches.Position);
    }

    [Fact]
    public void One_is_tolerated_in_a_small_set_and_none_where_none_is_wanted()
    {
        using var one = ScriptedSource.WithBroken(10, 4);
        using var two = ScriptedSource.WithBroken(10, 4, 7);
        using (var batches = new ImageBatches(one, 16)) Assert.Single(batches.Broken);
        Assert.Throws<InvalidDataException>(() => new ImageBatches(two, 16));
        var e = Assert.Throws<InvalidDataException>(() => new ImageBatches(one, 16, new() { MaxBroken = 0 }));
        Assert.Contains("at most 0 are allowed (image 4: damaged. Replace it)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(1L << 20)]
    public void A_set_without_a_good_image_ends_even_where_all_may_be_broken(long memory)
    {
        using var source = ScriptedSource.WithBroken(5, 0, 1, 2, 3, 4);
        using var batches = new ImageBatches(source, 16, new() { MaxBroken = 1, MemoryBudget = memory, Threads = 2 });
        Assert.Contains("at least 5 broken images of 5", Assert.Throws<InvalidDataException>(() => batches.Take(2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_file_is_broken_and_a_failing_disk_is_not()
    {
        using var absent = new ScriptedSource(10, index => { if (index == 2) throw new FileNotFoundException("gone"); });
        using (var batches = new ImageBatches(absent, 16)) Assert.Equal([new("image 2", "gone")], batches.Broken);
        using var failing = new ScriptedSource(10, index => { if (index is 2 or 6) throw new IOException($"disk {index}"); });
        Assert.Equal("disk 2", Assert.Throws<IOException>(() => new ImageBatches(failing, 16)).Message);
    }
}
