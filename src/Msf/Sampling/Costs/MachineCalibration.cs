using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// How fast one machine samples in one precision, measured once on small networks (<see cref="CalibrationRun"/>) and kept in a file of the user's cache:
/// with it <see cref="SamplingCost"/> predicts seconds.
/// </summary>
public sealed record MachineCalibration
{
    /// <summary>What the units of work mean; a file of another format is measured again.</summary>
    public const int CurrentFormat = 2;

    /// <summary>Format of the file.</summary>
    public required int Format { get; init; }

    /// <summary>Name of the processor, or of the accelerator.</summary>
    public required string Machine { get; init; }

    /// <summary>Where it was measured: <c>cpu</c> or <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Threads that libtorch computed with.</summary>
    public required int Threads { get; init; }

    /// <summary>libtorch's version.</summary>
    public required string Libtorch { get; init; }

    /// <summary>Type of the products: float32 or bfloat16.</summary>
    public required ComputePrecision Precision { get; init; }

    /// <summary>Bytes of the last cache.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Rates where all threads work on every operation.</summary>
    public required WorkRates Together { get; init; }

    /// <summary>Rates of one thread where threads share the batch; null where they never do.</summary>
    public required WorkRates? Apart { get; init; }

    /// <summary>Seconds of a normal number of the noise.</summary>
    public required double SecondsPerNoise { get; init; }

    /// <summary>Mean of what the rates miss the measured times by, as a share of those.</summary>
    public required double MeanError { get; init; }

    /// <summary>Largest such error.</summary>
    public required double LargestError { get; init; }

    /// <summary>Predicted seconds of one evaluation of a network in the sampler.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="batch">Images that go through the network at once, both halves of a guided batch counted; at least 1.</param>
    /// <param name="labels">Different labels among them and the null class.</param>
    /// <param name="times">Different times of the whole sampling.</param>
    public double EvaluationSeconds(TransformerConfig config, int batch, int labels, int times)
    {
        var shares = Apart is not null && batch >= Threads ? Threads : 1;
        return ForwardWork.Of(config, batch, labels, times, shares, ElementSize, CacheBytes).Seconds(shares > 1 ? Apart! : Together);
    }

    /// <summary>Bytes of a number in this precision.</summary>
    public int ElementSize => Precision == ComputePrecision.BFloat16 ? 2 : 4;

    /// <summary>The file of this machine, device, number of threads, libtorch and precision in the user's cache.</summary>
    /// <param name="device">Where.</param>
    /// <param name="precision">Float32 or BFloat16.</param>
    public static string PathOf(Device device, ComputePrecision precision)
    {
        var what = $"{MachineName.Of(device)}|{device}|{get_num_threads()}|{Runtime.Libtorch.Report.Version}";
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..12];
        return Path.Combine(NativeCache.Root, "calibration", $"{digest}-{precision.ToName()}.json");
    }

    /// <summary>What was measured here before, or null where nothing was, or nothing that this version understands.</summary>
    /// <param name="device">Where.</param>
    /// <param name="precision">Float32 or BFloat16.</param>
    public static MachineCalibration? TryLoad(Device device, ComputePrecision precision)
    {
        try
        {
            return Read(PathOf(device, precision));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">What <see cref="Save"/> wrote, here or on another machine.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no calibration, or one of another format.</exception>
    public static MachineCalibration Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no calibration {path}; msf bench --calibrate makes one.");
        var calibration = JsonFormat.Parse<MachineCalibration>(File.ReadAllText(path), path);
        return calibration switch
        {
            { Format: not CurrentFormat } => throw new InvalidDataException($"{path} has format {calibration.Format}, this version reads {CurrentFormat}; run msf bench --calibrate again."),
            { Threads: < 1 } or { CacheBytes: < 1 } or { Precision: ComputePrecision.Auto } =>
                throw new InvalidDataException($"{path} is no calibration: threads and cacheBytes must be at least 1, precision float32 or bFloat16; run msf bench --calibrate again."),
            _ when calibration.Numbers.Any(number => !(number >= 0 && double.IsFinite(number))) =>
                throw new InvalidDataException($"{path} is no calibration: its seconds must be finite and at least 0; run msf bench --calibrate again."),
            _ => calibration,
        };
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, JsonFormat.Indented));
    }

    private IEnumerable<double> Numbers => [.. Together.ToArray(), .. Apart?.ToArray() ?? [], SecondsPerNoise, MeanError, LargestError];
}
