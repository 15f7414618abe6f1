namespace Msf.Server.Tests.Engine;

/// <summary>Who is next.</summary>
public sealed class FairQueueTests
{
    [Fact]
    public void Clients_take_turns_image_by_image()
    {
        var queue = new FairQueue();
        queue.Add(QueuedJobs.Of("a", "k", 5, limit: 4));
        queue.Add(QueuedJobs.Of("b", "k", 1, limit: 4));
        queue.Add(QueuedJobs.Of("c", "k", 2, limit: 4));
        Assert.Equal("a b c a", Clients(queue.Take()));
        Assert.Equal("c a a a", Clients(queue.Take()));
        Assert.Equal(0, queue.Count);
        Assert.Empty(queue.Take());
    }

    [Fact]
    public void Who_leads_a_batch_goes_to_the_end()
    {
        var queue = new FairQueue();
        queue.Add(QueuedJobs.Of("a", "x", 2, limit: 1));
        queue.Add(QueuedJobs.Of("b", "y", 2, limit: 1));
        Assert.Equal(["a", "b", "a", "b"], Enumerable.Range(0, 4).Select(_ => Clients(queue.Take())));
    }

    [Fact]
    public void Images_of_other_settings_wait_and_the_same_ones_come_along()
    {
        var queue = new FairQueue();
        queue.Add(QueuedJobs.Of("a", "x", 1, limit: 8));
        var other = QueuedJobs.Of("b", "y", 2, limit: 8);
        queue.Add(other);
        queue.Add(QueuedJobs.Of("b", "x", 1, limit: 8));
        Assert.Equal("a b", Clients(queue.Take()));
        Assert.Equal([other], queue.Waiting());
        Assert.Empty(queue.Take("x", 8));
        Assert.Single(queue.Take("y", 1));
        Assert.Empty(queue.Waiting());
        Assert.Equal((1, 1), (queue.Count, queue.CountOf("b")));
    }

    [Fact]
    public void A_job_that_is_taken_away_leaves_nothing()
    {
        var queue = new FairQueue();
        var (one, two) = (QueuedJobs.Of("a", "x", 3, limit: 8), QueuedJobs.Of("a", "x", 2, limit: 8));
        queue.Add(one);
        queue.Add(two);
        Assert.Equal(5, queue.Work);
        queue.Remove(one);
        Assert.Equal((2, 2.0), (queue.Count, queue.Work));
        Assert.All(queue.Take(), task => Assert.Same(two, task.Job));
        queue.Remove(two);
        Assert.Equal((0, 0.0), (queue.Count, queue.Work));
    }

    private static string Clients(IEnumerable<ImageTask> tasks) => string.Join(" ", tasks.Select(task => task.Job.Client));
}
