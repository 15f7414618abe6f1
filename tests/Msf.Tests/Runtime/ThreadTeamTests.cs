using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(1000, 7)]
    [InlineData(100_000, 1 << 10)]
    public void Every_element_is_done_once_in_parts_that_begin_at_multiples_of_the_grain(int count, int grain)
    {
        var done = new int[count];
        ThreadTeam.For(count, grain, (start, end) =>
        {
            Assert.Equal(0, start % grain);
            for (var i = start; i < end; i++) Interlocked.Increment(ref done[i]);
        });
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void It_runs_on_libtorchs_threads()
    {
        Assert.SkipUnless(TorchSharp.torch.get_num_threads() > 1, "libtorch has one thread here");
        var threads = new HashSet<int>();
        ThreadTeam.For(1000, 1, (_, _) =>
        {
            lock (threads) threads.Add(Environment.CurrentManagedThreadId);
        });
        Assert.Equal(TorchSharp.torch.get_num_threads(), threads.Count);
    }

    [Fact]
    public void What_a_part_throws_reaches_the_caller()
    {
        var error = Assert.Throws<InvalidDataException>(() => ThreadTeam.For(1000, 10, (_, end) =>
        {
            if (end == 1000) throw new InvalidDataException("the last part");
        }));
        Assert.Equal("the last part", error.Message);
    }

    [Fact]
    public void Jobs_apart_are_done_once_each_with_libtorch_on_one_thread()
    {
        var before = TorchSharp.torch.get_num_threads();
        var done = new int[ThreadTeam.Threads];
        var inside = new int[done.Length];
        ThreadTeam.Apart(done.Length, job =>
        {
            Interlocked.Increment(ref done[job]);
            inside[job] = ThreadTeam.Threads;
        });
        Assert.All(done, times => Assert.Equal(1, times));
        if (done.Length > 1) Assert.All(inside, threads => Assert.Equal(1, threads));
        Assert.Equal(before, TorchSharp.torch.get_num_threads());
    }

    [Fact]
    public void What_a_job_throws_reaches_the_caller_and_the_others_are_done()
    {
        var done = 0;
        var error = Assert.Throws<InvalidDataException>(() => ThreadTeam.Apart(ThreadTeam.Threads, job =>
        {
            if (job == 0) throw new InvalidDataException("the first job");
            Interlocked.Increment(ref done);
        }));
        Assert.Equal(("the first job", ThreadTeam.Threads - 1), (error.Message, done));
    }
}
