using Msf.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public sealed class CheckpointWriterTests
{
    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(30);

    [Fact]
    public void The_caller_goes_on_when_all_copies_are_made_and_before_any_is_written()
    {
        using var release = new ManualResetEventSlim();
        var (copied, written) = (0, "");
        using var writer = new CheckpointWriter();
        writer.Start([Copy("a"), Copy("b")]);
        Assert.Equal((2, ""), (copied, written));
        writer.ThrowIfFailed();
        release.Set();
        writer.Wait();
        Assert.Equal("ab", written);

        Func<Action> Copy(string name) => () =>
        {
            copied++;
            return () =>
            {
                Assert.True(release.Wait(_longEnough));
                written += name;
            };
        };
    }

    [Fact]
    public void What_is_copied_lives_until_it_is_written_and_no_longer()
    {
        using var source = ones(3);
        Tensor? copy = null;
        var sum = 0f;
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using var writer = new CheckpointWriter();
        writer.Start([() =>
        {
            copy = source.clone();
            return () => sum = copy.data<float>().Sum();
        }]);
        using (NewDisposeScope()) source.zero_();
        writer.Wait();
        Assert.Equal(3, sum);
        Assert.True(copy!.IsInvalid);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void One_write_is_under_way_at_a_time_and_the_wait_for_it_is_counted()
    {
        var (running, most) = (0, 0);
        using var writer = new CheckpointWriter();
        for (var i = 0; i < 5; i++) writer.Start([() => Write]);
        writer.Wait();
        Assert.Equal((0, 1), (running, most));
        Assert.True(writer.Waited > TimeSpan.Zero, $"waited {writer.Waited}");                // five writes of 20 ms, one after the other

        void Write()
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            Thread.Sleep(20);
            Interlocked.Decrement(ref running);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_save_that_fails_is_told_at_the_next_look_again_and_again(bool whileCopying)
    {
        using var writer = new CheckpointWriter();
        writer.Start([() => whileCopying ? throw new IOException("full") : () => throw new IOException("full")]);
        Assert.Equal("full", Assert.Throws<IOException>(writer.Wait).Message);
        Assert.Throws<IOException>(writer.ThrowIfFailed);
        Assert.Throws<IOException>(() => writer.Start([() => throw new InvalidOperationException("nothing is saved after a failure")]));
    }

    [Fact]
    public void Leaving_waits_for_the_write_and_does_not_hide_what_ended_training()
    {
        var written = false;
        Assert.Throws<InvalidOperationException>(Train);
        Assert.True(written);

        void Train()
        {
            using var writer = new CheckpointWriter();
            writer.Start([() => Write]);
            throw new InvalidOperationException("diverged");
        }

        void Write()
        {
            Thread.Sleep(50);
            written = true;
            throw new IOException("full");
        }
    }
}
