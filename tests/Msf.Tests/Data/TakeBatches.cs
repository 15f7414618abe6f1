using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>Takes batches so that a test that hangs can be cancelled.</summary>
internal static class TakeBatches
{
    public static Batch Take(this ImageBatches batches, int size) => batches.Next(size, TestContext.Current.CancellationToken);
}
