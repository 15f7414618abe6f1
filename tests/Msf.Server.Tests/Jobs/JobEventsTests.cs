namespace Msf.Server.Tests.Jobs;

/// <summary>The log of a job.</summary>
public sealed class JobEventsTests
{
    [Fact]
    public async Task What_is_obsolete_is_forgotten_and_the_rest_is_kept()
    {
        var events = new JobEvents();
        events.Add("stage", 0);
        for (var step = 0; step < 1000; step++) events.Add("progress", step, "progress");
        events.Add("image", 1);
        events.Add("done", 2, ends: true);
        events.Add("late", 3);
        Assert.Equal(["1 stage", "1001 progress", "1002 image", "1003 done"], await ReadAsync(events, 0));
        Assert.Equal(["1003 done"], await ReadAsync(events, 1002));
        Assert.Empty(await ReadAsync(events, 1003));
    }

    [Fact]
    public async Task A_reader_sees_what_happens_while_it_waits()
    {
        var events = new JobEvents();
        events.Add("queued", 0);
        var reading = ReadAsync(events, 0);
        while (!events.HasReaders) await Task.Yield();
        events.Add("stage", 0);
        events.Add("done", 0, ends: true);
        Assert.Equal(["1 queued", "2 stage", "3 done"], await reading);
        Assert.False(events.HasReaders);
    }

    [Fact]
    public async Task A_reader_that_is_gone_is_not_counted()
    {
        var events = new JobEvents();
        using var gone = new CancellationTokenSource();
        var reading = Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in events.ReadAsync(0, gone.Token)) { }
        });
        while (!events.HasReaders) await Task.Yield();
        await gone.CancelAsync();
        await reading;
        Assert.False(events.HasReaders);
    }

    private static async Task<List<string>> ReadAsync(JobEvents events, long after)
    {
        var read = new List<string>();
        await foreach (var happened in events.ReadAsync(after, TestContext.Current.CancellationToken)) read.Add($"{happened.Id} {happened.Name}");
        return read;
    }
}
