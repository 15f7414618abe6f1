using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class BoundedPipelineTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public void Things_are_taken_in_their_order_on_the_callers_thread_and_made_on_another()
    {
        var (taken, maker, taker) = (new List<int>(), 0, new HashSet<int>());
        BoundedPipeline.Run<int>(
            2,
            (hand, _) =>
            {
                maker = Environment.CurrentManagedThreadId;
                for (var i = 0; i < 20; i++) hand(i);
            },
            i =>
            {
                taken.Add(i);
                taker.Add(Environment.CurrentManagedThreadId);
            },
            None);
        Assert.Equal(Enumerable.Range(0, 20), taken);
        Assert.Equal([Environment.CurrentManagedThreadId], taker);
        Assert.NotEqual(Environment.CurrentManagedThreadId, maker);
    }

    [Fact]
    public void No_more_wait_than_may()
    {
        var (made, most) = (0, 0);
        BoundedPipeline.Run<int>(
            3,
            (hand, _) =>
            {
                for (var i = 0; i < 30; i++)
                {
                    Interlocked.Increment(ref made);
                    hand(i);
                }
            },
            i => most = Math.Max(most, Volatile.Read(ref made) - i),
            None);
        Assert.InRange(most, 1, 6);                                                           // three wait, one is in either hand, and one was just counted
    }

    [Fact]
    public void What_the_maker_throws_arrives_after_what_it_made()
    {
        var taken = new List<int>();
        var fault = Assert.Throws<InvalidDataException>(() => BoundedPipeline.Run<int>(
            2,
            (hand, _) =>
            {
                hand(1);
                throw new InvalidDataException("broken");
            },
            taken.Add,
            None));
        Assert.Equal("broken", fault.Message);
        Assert.Equal([1], taken);
    }

    [Fact]
    public void What_the_taker_throws_ends_the_maker()
    {
        var ended = false;
        var fault = Assert.Throws<InvalidDataException>(() => BoundedPipeline.Run<int>(
            1,
            (hand, stop) =>
            {
                try
                {
                    for (var i = 0; ; i++) hand(i);
                }
                finally
                {
                    ended = stop.IsCancellationRequested;
                }
            },
            i =>
            {
                if (i == 5) throw new InvalidDataException("five");
            },
            None));
        Assert.Equal(("five", true), (fault.Message, ended));
    }

    [Fact]
    public void Cancelling_ends_both()
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => BoundedPipeline.Run<int>(
            1,
            (hand, _) =>
            {
                for (var i = 0; ; i++) hand(i);
            },
            i =>
            {
                if (i == 5) stop.Cancel();
            },
            stop.Token));
    }
}
