using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Tests.Sampling;

/// <summary>Calibrations of machines that do not exist, with rates that can be reckoned with.</summary>
internal static class Calibrations
{
    /// <summary>Rates of nothing.</summary>
    public static WorkRates Free { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>A machine of two threads that share a batch where rates apart are given.</summary>
    public static MachineCalibration Of(WorkRates together, WorkRates? apart = null, double noise = 0) => new()
    {
        Format = MachineCalibration.CurrentFormat,
        Machine = "a machine of no make",
        Device = "cpu",
        Threads = 2,
        Libtorch = "2.10.0",
        Precision = apart is null ? ComputePrecision.Float32 : ComputePrecision.BFloat16,
        CacheBytes = 32 << 20,
        Together = together,
        Apart = apart,
        SecondsPerNoise = noise,
        MeanError = 0.01,
        LargestError = 0.05,
    };
}
