using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>
/// Runs alone and on one thread: initial weights come from the process-wide generator, and equality bit for bit needs sums in one order.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SequentialTraining : ICollectionFixture<SequentialTraining.OneThread>
{
    public const string Name = "Training";

    /// <summary>Runs something on another number of threads.</summary>
    public static T On<T>(int threads, Func<T> run)
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(threads);
            return run();
        }
        finally
        {
            set_num_threads(before);
        }
    }

    public sealed class OneThread : IDisposable
    {
        private readonly int _before = get_num_threads();

        public OneThread() => set_num_threads(1);

        public void Dispose() => set_num_threads(_before);
    }
}
