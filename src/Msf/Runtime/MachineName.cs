using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>What a machine is called, and how large its last cache is: enough to know it again.</summary>
internal static class MachineName
{
    private const long UsualCacheBytes = 32L << 20;
    private const string Processors = "/proc/cpuinfo";
    private const string LastCache = "/sys/devices/system/cpu/cpu0/cache/index3/size";

    /// <summary>Name of the processor, or of the accelerator's kind.</summary>
    /// <param name="device">Where.</param>
    internal static string Of(Device device) => device.type == DeviceType.CPU
        ? (FirstLine(Processors, line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() ?? "unknown processor") + $", {Environment.ProcessorCount} cores"
        : device.type.ToString().ToLowerInvariant();

    /// <summary>Bytes of the last cache of the first core; 32 MiB where the system does not say.</summary>
    internal static long CacheBytes => ParseSize(FirstLine(LastCache, _ => true)) ?? UsualCacheBytes;

    /// <summary>Bytes of a size as Linux writes it, for example 32768K; null for anything else.</summary>
    internal static long? ParseSize(string? text) => text?.Trim() is { Length: > 1 } size && long.TryParse(size[..^1], out var number) && number > 0
        ? size[^1] switch { 'K' => number << 10, 'M' => number << 20, _ => null }
        : null;

    private static string? FirstLine(string file, Func<string, bool> matches)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(matches);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
