using System.Diagnostics;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>Times <c>linear</c>, the operation that dominates a transformer.</summary>
internal static class ProductTimer
{
    private const int LeastRounds = 3; // the first prepares the kernel, so it is seldom the fastest

    /// <summary>
    /// Seconds of the fastest product in each number format. The formats take turns, so that a busy moment of the machine slows them
    /// alike.
    /// </summary>
    /// <param name="size">The product's size.</param>
    /// <param name="types">Number formats.</param>
    /// <param name="device">Where.</param>
    /// <param name="budget">As many rounds as fit are run, but three at least.</param>
    /// <returns>Seconds, one per format.</returns>
    internal static double[] BestSeconds(ProductSize size, ScalarType[] types, Device device, TimeSpan budget)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var operands = Array.ConvertAll(
            types, type => (X: HeldScalar.Constant([size.Rows, size.Inputs], 0.5, type, device), W: HeldScalar.Constant([size.Outputs, size.Inputs], 0.25, type, device)));
        var best = new double[types.Length];
        Array.Fill(best, double.PositiveInfinity);

        var clock = Stopwatch.StartNew();
        for (var round = 0; round < LeastRounds || clock.Elapsed < budget; round++)
        {
            for (var i = 0; i < types.Length; i++)
            {
                var start = clock.Elapsed;
                nn.functional.linear(operands[i].X, operands[i].W).Dispose();
                if (device.type == TorchSharp.DeviceType.CUDA) cuda.synchronize(device);
                best[i] = Math.Min(best[i], (clock.Elapsed - start).TotalSeconds);
            }
        }
        return best;
    }
}
