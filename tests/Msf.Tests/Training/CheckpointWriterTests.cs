using Msf.Training;

namespace Msf.Tests.Training;

public sealed class CheckpointWriterTests
{
    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(30);

    [Fact]
    public void The_caller_goes_on_when_the_copy_is_made_and_before_it_is_written()
    {
        using var release = new ManualResetEventSlim();
        var (copied, written) = (false, false);
        using var writer = new CheckpointWriter();
        writer.Start(done =>
        {
            copied = true;
            done();
            Assert.True(release.Wait(_longEnough));
            written = true;
        });
        Assert.Equal((true, false), (copied, written));
        writer.ThrowIfFailed();
        release.Set();
        writer.Wait();
        Assert.True(written);
    }

    [Fact]
    public void One_write_is_under_way_at_a_time_and_the_wait_for_it_is_counted()
    {
        var (running, most) = (0, 0);
        using var writer = new CheckpointWriter();
        void Save(Action done)
        {
            done();
            most = Math.Max(most, Interlocked.Increment(ref running));
            Thread.Sleep(20);
            Interlocked.Decrement(ref running);
        }

        for (var i = 0; i < 5; i++) writer.Start(Save);
        writer.Wait();
        Assert.Equal((0, 1), (running, most));
        Assert.True(writer.Waited > TimeSpan.FromMilliseconds(50), $"waited {writer.Waited}");    // five writes of 20 ms, one after the other
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_that_fails_is_told_at_the_next_look_again_and_again(bool copied)
    {
        using var writer = new CheckpointWriter();
        writer.Start(done =>
        {
            if (copied) done();
            throw new IOException("full");
        });
        Assert.Equal("full", Assert.Throws<IOException>(writer.Wait).Message);
        Assert.Throws<IOException>(writer.ThrowIfFailed);
        Assert.Throws<IOException>(() => writer.Start(_ => Assert.Fail("nothing is written after a failure")));
    }

    [Fact]
    public void Leaving_waits_for_the_write_and_does_not_hide_what_ended_training()
    {
        var written = false;
        void Train()
        {
            using var writer = new CheckpointWriter();
            writer.Start(done =>
            {
                done();
                Thread.Sleep(50);
                written = true;
                throw new IOException("full");
            });
            throw new InvalidOperationException("diverged");
        }

        Assert.Throws<InvalidOperationException>(Train);
        Assert.True(written);
    }
}
