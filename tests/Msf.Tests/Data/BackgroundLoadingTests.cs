using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class BackgroundLoadingTests
{
    private const int Streaming = 0;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(4, 1 << 20)]
    [InlineData(1, Streaming)]
    [InlineData(4, Streaming)]
    public void Batches_do_not_depend_on_the_number_of_threads(int threads, long memory)
    {
        // Reading takes irregular times, so that threads finish out of order; sizes change, positions jump ahead and back.
        using var source = new ScriptedSource(50, index => Thread.SpinWait(index * 7919 % 20_000));
        using var expected = new ImageBatches(source, 12, new() { Seed = 9, HorizontalFlip = true, MemoryBudget = memory });
        using var actual = new ImageBatches(source, 12, new() { Seed = 9, HorizontalFlip = true, MemoryBudget = memory, Threads = threads });
        (int Size, long? Jump)[] steps = [(7, null), (7, null), (7, 1000), (3, null), (60, null), (7, 21), (7, 21), (7, null)];
        foreach (var (size, jump) in steps)
        {
            using var scope = NewDisposeScope();
            if (jump is { } to) (expected.Position, actual.Position) = (to, to);
            AssertSame(expected.Take(size), actual.Take(size));
            Assert.Equal(expected.Position, actual.Position);
        }
    }

    [Fact]
    public void No_more_is_prepared_than_the_next_few_batches()
    {
        const int size = 4;
        using var source = new ScriptedSource(1000);
        using var batches = new ImageBatches(source, 16, new() { MemoryBudget = Streaming, Threads = 3 });
        for (var taken = 1; taken <= 3; taken++)
        {
            batches.Take(size).Dispose();
            var most = (taken + BatchPipeline.Ahead) * size;
            Assert.True(SpinWait.SpinUntil(() => source.Reads >= most, _patience), $"{source.Reads} of {most} images were prepared");
            Thread.Sleep(20);                                                                 // a thread that went on would be caught here, mostly
            Assert.Equal(most, source.Reads);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_fault_surfaces_at_the_batch_where_it_belongs_and_can_be_overcome(int threads)
    {
        var order = new int[12];
        new BatchOrder(40, seed: 2).Indices(0, order);
        var fault = true;
        using var source = new ScriptedSource(40, index =>
        {
            if (fault && index == order[10]) throw new IOException("the later one");
            if (fault && index == order[9]) throw new IOException("the disk is gone");
        });
        using var batches = new ImageBatches(source, 16, new() { Seed = 2, MemoryBudget = Streaming, Threads = threads });
        using var scope = NewDisposeScope();
        batches.Take(4);
        batches.Take(4);
        for (var i = 0; i < 2; i++)
            Assert.Equal("the disk is gone", Assert.Throws<IOException>(() => batches.Take(4)).Message);
        Assert.Equal(8, batches.Position);
        fault = false;
        Assert.Equal([.. order[8..].Select(index => (long)source.LabelAt(index))], batches.Take(4).Labels.data<long>().ToArray());
    }

    [Fact]
    public void Cancelling_ends_the_wait_and_loses_nothing()
    {
        using var open = new ManualResetEventSlim();
        using var source = new ScriptedSource(40, _ => open.Wait());
        using var batches = new ImageBatches(source, 16, new() { MemoryBudget = Streaming, Threads = 2 });
        using var reference = new ImageBatches(new SyntheticImageSource(16, 40), 16);
        using var scope = NewDisposeScope();
        using (var soon = new CancellationTokenSource(millisecondsDelay: 20))
            Assert.ThrowsAny<OperationCanceledException>(() => batches.Next(4, soon.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => batches.Next(4, new CancellationToken(canceled: true)));
        open.Set();
        AssertSame(reference.Take(4), batches.Take(4));
    }

    [Fact]
    public void Disposing_ends_all_threads_and_whoever_waits()
    {
        using var open = new ManualResetEventSlim();
        var source = new ScriptedSource(40, _ => open.Wait());
        var batches = new ImageBatches(source, 16, new() { MemoryBudget = Streaming, Threads = 3 });
        Exception? met = null;
        var waiting = new Thread(() => met = Record.Exception(() => batches.Take(8)));
        waiting.Start();
        Assert.True(SpinWait.SpinUntil(() => source.Threads.Count == 3, _patience));
        var disposing = new Thread(batches.Dispose);
        disposing.Start();
        Assert.True(waiting.Join(_patience));
        Assert.IsType<ObjectDisposedException>(met);
        open.Set();                                                                           // an image that is being read is waited for
        Assert.True(disposing.Join(_patience));
        Assert.DoesNotContain(source.Threads.Keys, thread => thread.IsAlive);
        Assert.Equal(3, source.Reads);
        batches.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batches.Take(8));
    }

    [Fact]
    public void A_loader_that_was_never_used_has_no_thread_to_end()
    {
        using var source = new ScriptedSource(4, _ => Assert.Fail("nothing was asked for"));
        new ImageBatches(source, 16, new() { MemoryBudget = Streaming, Threads = 2 }).Dispose();
        Assert.Empty(source.Threads);
    }

    [Fact]
    public void Background_batches_leave_no_tensor_behind_and_reuse_their_memory()
    {
        using var source = new SyntheticImageSource(16, 40);
        using var batches = new ImageBatches(source, 16, new() { Threads = 2, MemoryBudget = Streaming });
        LiveTensors.StayFlat(20, () => batches.Take(8).Dispose());
        LiveTensors.StayFlat(5, () =>
        {
            using var scope = NewDisposeScope();
            batches.Take(8);
        });
    }

    [Theory]
    [InlineData(-1, 0.5, 0, "loader threads")]
    [InlineData(1, 1.5, 0, "broken images")]
    [InlineData(1, double.NaN, 0, "broken images")]
    [InlineData(1, 0.5, -1, "memory budget")]
    public void Options_out_of_range_are_refused(int threads, double maxBroken, long memory, string why)
    {
        using var source = new SyntheticImageSource(16, 4);
        var options = new LoaderOptions { Threads = threads, MaxBroken = maxBroken, MemoryBudget = memory };
        Assert.Contains(why, Assert.Throws<ArgumentException>(() => new ImageBatches(source, 16, options)).Message, StringComparison.Ordinal);
    }

    private static void AssertSame(Batch expected, Batch actual)
    {
        Assert.True(TensorAssert.Identical(expected.Images, actual.Images));
        Assert.True(TensorAssert.Identical(expected.Labels, actual.Labels));
    }
}
