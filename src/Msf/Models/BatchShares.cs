using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>
/// Divides a batch among the CPU's threads instead of dividing every operation: each thread takes its images through the whole network, and
/// none waits for the others at the end of each of some hundred operations.
/// </summary>
internal static class BatchShares
{
    private const int MostGradients = 8;

    /// <summary>Into how many shares a batch is divided: one for every thread, or 1 where that does not pay.</summary>
    /// <param name="batch">Number of images.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="type">What it computes in. float32 products are fastest as convolutions, which want all threads.</param>
    internal static int Of(long batch, Device device, ScalarType type) =>
        device.type == DeviceType.CPU && type == ScalarType.BFloat16 && ThreadTeam.Threads is var threads && batch >= threads ? threads : 1;

    /// <summary>The same for training, where every share has a gradient of its own: with many threads they would take more memory than they are worth.</summary>
    /// <param name="batch">Number of images.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="type">What it computes in.</param>
    internal static int OfTraining(long batch, Device device, ScalarType type) => Of(batch, device, type) is var shares && shares <= MostGradients ? shares : 1;

    /// <summary>Runs a network without gradients on the shares of a batch, at the same time.</summary>
    /// <param name="shares">How many, at most as many as there are images.</param>
    /// <param name="shape">Shape of the network's output, (B, ...).</param>
    /// <param name="network">Makes the output, (b, ...), float32, of b images from the one of a number on; on other threads.</param>
    /// <returns>Of that shape, float32, owned by the caller's dispose scope.</returns>
    internal static Tensor Run(int shares, long[] shape, Func<long, long, Tensor> network)
    {
        var all = empty(shape, ScalarType.Float32);                                           // made here: no tensor changes threads
        ThreadTeam.Apart(shares, share =>
        {
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            var (start, end) = (shape[0] * share / shares, shape[0] * (share + 1) / shares);
            var output = network(start, end - start);
            all.narrow(0, start, end - start).copy_(output);
        });
        return all;
    }
}
