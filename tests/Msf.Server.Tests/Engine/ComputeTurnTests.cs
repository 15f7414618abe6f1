namespace Msf.Server.Tests.Engine;

/// <summary>One step at a time.</summary>
public sealed class ComputeTurnTests
{
    [Fact]
    public async Task Two_never_compute_at_once_and_take_turns()
    {
        var turn = new ComputeTurn();
        var (inside, most) = (0, 0);
        var order = new List<int>();
        using var both = new Barrier(2);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(worker => Task.Factory.StartNew(
            () =>
            {
                both.SignalAndWait();
                for (var i = 0; i < 200; i++)
                    turn.Run(() =>
                    {
                        most = Math.Max(most, Interlocked.Increment(ref inside));
                        order.Add(worker);
                        Thread.SpinWait(2000);
                        Interlocked.Decrement(ref inside);
                    });
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal(1, most);
        Assert.Equal(400, order.Count);
    }

    [Fact]
    public void A_step_that_fails_gives_its_turn_on()
    {
        var turn = new ComputeTurn();
        Assert.Throws<InvalidOperationException>(() => turn.Run(() => throw new InvalidOperationException()));
        var ran = false;
        turn.Run(() => ran = true);
        Assert.True(ran);
    }
}
