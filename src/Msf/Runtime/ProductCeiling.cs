using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>
/// The rate that this machine reaches in plain products of the sizes that occur in a DiT-S; what a whole network reaches is judged against it.
/// </summary>
/// <param name="Fp32">float32, in floating point operations a second.</param>
/// <param name="Bf16">bfloat16, in floating point operations a second.</param>
public sealed record ProductCeiling(double Fp32, double Bf16)
{
    // 2048 tokens through the widest layer of a DiT-S, and the same turned round.
    private static readonly ProductSize[] _sizes = [new(2048, 384, 1536), new(2048, 1536, 384), new(4096, 1024, 1024)];

    /// <summary>Measures both formats.</summary>
    /// <param name="device">Where.</param>
    /// <param name="secondsPerProduct">How long each of three sizes is repeated in each format; more is steadier.</param>
    /// <returns>The best rate over sizes and repetitions.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="secondsPerProduct"/> is not a positive number of at most 60.</exception>
    public static ProductCeiling Measure(Device device, double secondsPerProduct = 0.3)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!(secondsPerProduct > 0 && secondsPerProduct <= 60))
            throw new ArgumentOutOfRangeException(nameof(secondsPerProduct), secondsPerProduct, "expected more than 0 and at most 60 seconds.");
        var budget = TimeSpan.FromSeconds(secondsPerProduct);
        double fp32 = 0, bf16 = 0;
        foreach (var size in _sizes)
        {
            var seconds = ProductTimer.BestSeconds(size, [ScalarType.Float32, ScalarType.BFloat16], device, 2 * budget);
            fp32 = Math.Max(fp32, size.Operations / seconds[0]);
            bf16 = Math.Max(bf16, size.Operations / seconds[1]);
        }
        return new ProductCeiling(fp32, bf16);
    }

    /// <summary>The rate in a format.</summary>
    /// <param name="precision">Float32 or BFloat16.</param>
    /// <returns>Floating point operations a second.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="precision"/> is Auto, which has to be resolved first.</exception>
    public double At(ComputePrecision precision) => precision.ToScalarType() == ScalarType.Float32 ? Fp32 : Bf16;
}
