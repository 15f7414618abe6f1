using System.Diagnostics;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>Times <c>linear</c>, the operation that dominates a transformer.</summary>
internal static class ProductTimer
{
    private const int LeastRuns = 3; // the first prepares the kernel, so it is seldom the fastest

    /// <summary>Seconds of the fastest of several products, as many as fit in the budget but three at least.</summary>
    internal static double BestSeconds(ProductSize size, ScalarType type, Device device, TimeSpan budget)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var x = full(size.Rows, size.Inputs, 0.5, type, device);
        var w = full(size.Outputs, size.Inputs, 0.25, type, device);

        var clock = Stopwatch.StartNew();
        var best = double.PositiveInfinity;
        for (var run = 0; run < LeastRuns || clock.Elapsed < budget; run++)
        {
            var start = clock.Elapsed;
            nn.functional.linear(x, w).Dispose();
            if (device.type == TorchSharp.DeviceType.CUDA) cuda.synchronize(device);
            best = Math.Min(best, (clock.Elapsed - start).TotalSeconds);
        }
        return best;
    }
}
