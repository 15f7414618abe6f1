using System.Globalization;
using System.Reflection;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>What, beside configuration and data, decides the last bits of a run: sums are taken in another order where one of these differs.</summary>
public sealed record RunEnvironment
{
    private const int RevisionDigits = 9;

    /// <summary>The program, for example <c>Msf 0.1.0+ab12cd34e</c>.</summary>
    public required string Program { get; init; }

    /// <summary>libtorch's version.</summary>
    public required string Libtorch { get; init; }

    /// <summary>Threads that libtorch computes with.</summary>
    public required int Threads { get; init; }

    /// <summary>Where the networks are, for example <c>cpu</c>.</summary>
    public required string Device { get; init; }

    /// <summary>How float32 products are computed on a CPU; absent from older checkpoints, from networks in bfloat16 and from other devices.</summary>
    public ProductRoute? Float32Product { get; init; }

    /// <summary>The program's name, version and, where it is known, the first digits of the revision it was built from.</summary>
    public static string CurrentProgram { get; } = NameProgram();

    /// <summary>That of this process.</summary>
    /// <param name="device">Where the networks are.</param>
    /// <param name="precision">What they compute in.</param>
    public static RunEnvironment Current(Device device, ComputePrecision precision) => new()
    {
        Program = CurrentProgram,
        Libtorch = Runtime.Libtorch.Report.Version,
        Threads = get_num_threads(),
        Device = device.ToString(),
        Float32Product = precision == ComputePrecision.Float32 && device.type == TorchSharp.DeviceType.CPU ? Float32Products.Route : null,
    };

    /// <summary>What differs between two, for example <c>threads 2 before, 1 now</c>; empty where nothing does.</summary>
    /// <param name="before">The environment that a checkpoint was written in.</param>
    public IReadOnlyList<string> DifferencesFrom(RunEnvironment before) =>
    [
        .. new[]
        {
            (Name: "program", Before: before.Program, Now: Program),
            (Name: "libtorch", Before: before.Libtorch, Now: Libtorch),
            (Name: "threads", Before: before.Threads.ToString(CultureInfo.InvariantCulture), Now: Threads.ToString(CultureInfo.InvariantCulture)),
            (Name: "device", Before: before.Device, Now: Device),
            (Name: "float32 products", Before: Name(before.Float32Product ?? Float32Product), Now: Name(Float32Product ?? before.Float32Product)),
        }.Where(pair => pair.Before != pair.Now).Select(pair => $"{pair.Name} {pair.Before} before, {pair.Now} now"),
    ];

    private static string Name(ProductRoute? route) => route?.ToString().ToLowerInvariant() ?? "";

    private static string NameProgram()
    {
        var version = typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "of unknown version";
        var revision = version.IndexOf('+', StringComparison.Ordinal);
        return $"Msf {(revision < 0 ? version : version[..Math.Min(version.Length, revision + 1 + RevisionDigits)])}";
    }
}
