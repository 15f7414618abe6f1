using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>Chooses the number format to compute in, by measuring rather than by the processor's name.</summary>
public static class PrecisionSelector
{
    /// <summary>bfloat16 costs accuracy, so it must be faster by this factor; it also keeps a borderline machine from changing its mind.</summary>
    public const double RequiredAdvantage = 1.2;

    private static readonly TimeSpan _budget = TimeSpan.FromMilliseconds(120);
    private static readonly ConcurrentDictionary<string, Lazy<ComputePrecision>> _chosen = new();

    /// <summary>Replaces <see cref="ComputePrecision.Auto"/> by a measured choice; measures once per process and device.</summary>
    /// <param name="precision">What was asked for.</param>
    /// <param name="device">Where it will be computed.</param>
    /// <returns><see cref="ComputePrecision.Float32"/> or <see cref="ComputePrecision.BFloat16"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="precision"/> is not a member of the enumeration.</exception>
    public static ComputePrecision Resolve(ComputePrecision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return precision switch
        {
            ComputePrecision.Float32 or ComputePrecision.BFloat16 => precision,
            ComputePrecision.Auto => _chosen.GetOrAdd(device.ToString(), _ => new Lazy<ComputePrecision>(() => Measure(device))).Value,
            _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "expected Auto, Float32 or BFloat16."),
        };
    }

    /// <summary>The tensor type of a resolved precision.</summary>
    /// <param name="precision">Float32 or BFloat16.</param>
    /// <returns>float32 or bfloat16.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="precision"/> is Auto, which has to be resolved first.</exception>
    public static ScalarType ToScalarType(this ComputePrecision precision) => precision switch
    {
        ComputePrecision.Float32 => ScalarType.Float32,
        ComputePrecision.BFloat16 => ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "expected Float32 or BFloat16; resolve Auto first."),
    };

    /// <summary>The name of a resolved precision on the command line, in files and in reports: <c>fp32</c> or <c>bf16</c>.</summary>
    /// <param name="precision">Float32 or BFloat16.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="precision"/> is Auto, which has to be resolved first.</exception>
    public static string ToName(this ComputePrecision precision) => precision.ToScalarType() == ScalarType.BFloat16 ? "bf16" : "fp32";

    /// <summary>The choice, given the seconds that one product took in either format.</summary>
    internal static ComputePrecision Choose(double float32Seconds, double bfloat16Seconds) =>
        float32Seconds >= RequiredAdvantage * bfloat16Seconds ? ComputePrecision.BFloat16 : ComputePrecision.Float32;

    /// <summary>Measures and chooses.</summary>
    internal static ComputePrecision Measure(Device device)
    {
        var isCpu = device.type == TorchSharp.DeviceType.CPU;
        var size = isCpu ? new ProductSize(256, 384, 1536) : new ProductSize(4096, 4096, 4096);
        var threads = get_num_threads();
        try
        {
            // Cores are alike, and on a busy machine one thread is delayed less at random than several that wait for each other.
            if (isCpu) set_num_threads(1);
            var seconds = ProductTimer.BestSeconds(size, [ScalarType.Float32, ScalarType.BFloat16], device, _budget);
            return Choose(seconds[0], seconds[1]);
        }
        finally
        {
            if (isCpu) set_num_threads(threads);
        }
    }
}
