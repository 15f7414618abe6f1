namespace Msf.Cli.Commands;

/// <summary>What <c>msf doctor</c> finds.</summary>
/// <param name="Ok">Whether nothing is wrong.</param>
/// <param name="Libtorch">What was loaded; null if nothing was.</param>
/// <param name="Precision">What <c>--precision auto</c> means here: <c>fp32</c> or <c>bf16</c>; null without libtorch.</param>
/// <param name="Float32Product">How training in <c>fp32</c> computes products on this processor: <c>linear</c> or <c>convolution</c>; null without libtorch.</param>
/// <param name="Threads">Threads that one tensor operation uses; null without libtorch.</param>
/// <param name="Devices">Names that <c>--device</c> takes.</param>
/// <param name="Disk">The folder for what is kept between runs.</param>
/// <param name="Problems">What is wrong and what to do.</param>
internal sealed record DoctorReport(
    bool Ok,
    DoctorReport.Library? Libtorch,
    string? Precision,
    string? Float32Product,
    int? Threads,
    IReadOnlyList<string> Devices,
    DoctorReport.Storage Disk,
    IReadOnlyList<DoctorReport.Problem> Problems)
{
    /// <summary>Which libtorch was loaded and what that took.</summary>
    internal sealed record Library(string Path, string Version, string Compatibility);

    /// <summary>The cache folder, the bytes free where it lies (null if unknown) and whether it can be written.</summary>
    internal sealed record Storage(string Cache, long? FreeBytes, bool Writable);

    /// <summary>One thing that is wrong and what to do about it.</summary>
    internal sealed record Problem(string What, string Do);
}
