using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Msf.Runtime;

/// <summary>
/// Runs a range of elements on the threads that libtorch computes with. Threads of our own would wait for a core: libtorch's keep theirs
/// for milliseconds after each operation, in case there is more to do. Where libtorch brings no OpenMP, one thread does it all.
/// </summary>
internal static unsafe class ThreadTeam
{
    private static readonly Lazy<OpenMp?> _openMp = new(OpenMp.Find);

    /// <summary>Does a range of elements; must not touch others. Runs on several threads, without a dispose scope.</summary>
    /// <param name="start">First element.</param>
    /// <param name="end">One past the last.</param>
    internal delegate void Body(long start, long end);

    /// <summary>Calls <paramref name="body"/> for every part of 0 to <paramref name="count"/>, at the same time where that pays.</summary>
    /// <param name="count">Number of elements, at least 0.</param>
    /// <param name="grain">
    /// Parts begin at multiples of it, whatever the number of threads; fewer elements are not worth a second thread.
    /// </param>
    /// <param name="body">The work.</param>
    /// <exception cref="Exception">What the body threw, one of it where several parts did.</exception>
    internal static void For(long count, long grain, Body body)
    {
        if (count <= 0) return;
        var parts = (count + grain - 1) / grain;
        var threads = (int)Math.Min(parts, TorchSharp.torch.get_num_threads());
        if (threads < 2 || _openMp.Value is not { } openMp)
        {
            body(0, count);
            return;
        }
        Run(openMp, new Job { Body = body, Count = count, Grain = grain, Parts = parts, OpenMp = openMp }, threads);
    }

    /// <summary>
    /// Threads that can compute apart from each other, each with operations of its own: libtorch's, or 1 where it brings no OpenMP and on a thread
    /// that is at work in <see cref="Apart"/> itself.
    /// </summary>
    internal static int Threads => _openMp.Value is null ? 1 : TorchSharp.torch.get_num_threads();

    /// <summary>
    /// Gives every thread a job of its own in which libtorch's operations run on that thread alone: threads that share no operation do
    /// not wait for each other at the end of each.
    /// </summary>
    /// <param name="jobs">How many, at least 1 and at most <see cref="Threads"/>.</param>
    /// <param name="body">
    /// Does the job of a number, 0 to <paramref name="jobs"/> - 1; on other threads, so without dispose scope, with gradients on, outside inference mode.
    /// </param>
    /// <exception cref="Exception">What a job threw, one of it where several did; the others were done.</exception>
    internal static void Apart(int jobs, Action<int> body)
    {
        if (jobs == 1 || _openMp.Value is not { } openMp)
        {
            for (var i = 0; i < jobs; i++) body(i);
            return;
        }
        void Alone(long start, long end)
        {
            _ = TorchSharp.torch.get_num_threads();                                           // a new thread first takes over the common setting
            openMp.SetThreads(1);
            for (var i = start; i < end; i++) body((int)i);
        }
        Run(openMp, new Job { Body = Alone, Count = jobs, Grain = 1, Parts = jobs, OpenMp = openMp }, jobs);
    }

    private static void Run(OpenMp openMp, Job job, int threads)
    {
        var handle = GCHandle.Alloc(job);
        try
        {
            openMp.Parallel(&RunPart, GCHandle.ToIntPtr(handle), (uint)threads, 0);
        }
        finally
        {
            handle.Free();
        }
        if (job.Failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunPart(nint handle)
    {
        var job = (Job)GCHandle.FromIntPtr(handle).Target!;
        try
        {
            long thread = job.OpenMp.ThreadNumber(), threads = job.OpenMp.TeamSize();
            var (first, last) = (job.Parts * thread / threads, job.Parts * (thread + 1) / threads);
            if (first < last) job.Body(first * job.Grain, Math.Min(last * job.Grain, job.Count));
        }
        catch (Exception e)                                                                   // must not cross native code
        {
            job.Failure = e;
        }
    }

    private sealed class Job
    {
        public required Body Body { get; init; }
        public required long Count { get; init; }
        public required long Grain { get; init; }
        public required long Parts { get; init; }
        public required OpenMp OpenMp { get; init; }
        public volatile Exception? Failure;
    }
}
