using TorchSharp;

namespace Msf.Tests;

/// <summary>Counts the tensors of the running thread, so that tests beside it do not disturb the count.</summary>
internal static class LiveTensors
{
    /// <summary>Requires that an action leaves as many tensors as there were, again and again, without help from the garbage collector.</summary>
    /// <param name="times">How often it runs; once more before, for what is made only once.</param>
    /// <param name="action">What is looked at; it disposes what it makes.</param>
    public static void StayFlat(int times, Action action)
    {
        action();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 1; i <= times; i++)
        {
            action();
            var now = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Assert.True(now == before, $"{now - before} tensors more after {i} of {times} times");
        }
    }
}
