using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>Chooses the number format to compute in, by measuring rather than by the processor's name.</summary>
public static class PrecisionSelector
{
    /// <summary>bfloat16 costs accuracy, so it must be faster by this factor; it also keeps a borderline machine from changing its mind.</summary>
    public const double RequiredAdvantage = 1.2;

    private static readonly TimeSpan _budgetPerFormat = TimeSpan.FromMilliseconds(60);
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

    /// <summary>The choice, given the seconds that one product took in either format.</summary>
    internal static ComputePrecision Choose(double float32Seconds, double bfloat16Seconds) =>
        float32Seconds >= RequiredAdvantage * bfloat16Seconds ? ComputePrecision.BFloat16 : ComputePrecision.Float32;

    private static ComputePrecision Measure(Device device)
    {
        var size = device.type == TorchSharp.DeviceType.CPU ? new ProductSize(512, 384, 1536) : new ProductSize(4096, 4096, 4096);
        double Seconds(ScalarType type) => ProductTimer.BestSeconds(size, type, device, _budgetPerFormat);
        return Choose(Seconds(ScalarType.Float32), Seconds(ScalarType.BFloat16));
    }
}
