using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Cli.Commands;

/// <summary>Looks at what <c>msf doctor</c> reports.</summary>
internal static class Examination
{
    /// <summary>Less room than this is a problem: prepared data sets and checkpoints take hundreds of megabytes.</summary>
    internal const long LeastFreeBytes = 1_000_000_000;

    /// <summary>Examines this machine.</summary>
    internal static DoctorReport Run() => Run(() => Libtorch.Report, NativeCache.Root);

    /// <summary>Examines a machine whose libtorch and cache folder are as given.</summary>
    internal static DoctorReport Run(Func<LibtorchReport> load, string cacheFolder)
    {
        var problems = new List<DoctorReport.Problem>();
        var disk = ExamineDisk(cacheFolder, problems);
        LibtorchReport loaded;
        try
        {
            loaded = load();
        }
        catch (LibtorchNotFoundException e)
        {
            problems.Insert(0, new DoctorReport.Problem(e.What, e.Remedy));
            return new DoctorReport(false, null, null, null, null, [], disk, problems);
        }

        var devices = new List<string> { "cpu" };
        if (loaded.Cuda)
        {
            var count = cuda.is_available() ? cuda.device_count() : 0;
            devices.AddRange(Enumerable.Range(0, count).Select(i => $"cuda:{i}"));
            if (count == 0)
                problems.Add(new DoctorReport.Problem("this libtorch is built for CUDA but no device answers", "check the driver, for instance with nvidia-smi"));
        }
        var best = device(devices[^1] == "cpu" ? "cpu" : "cuda:0");
        var precision = PrecisionSelector.Resolve(ComputePrecision.Auto, best).ToName();
        var libtorch = new DoctorReport.Library(
            loaded.Path, loaded.Version, loaded.SelfTested ? $"{loaded.Compatibility}; passed the self-test for another version" : loaded.Compatibility);
        return new DoctorReport(problems.Count == 0, libtorch, precision, Float32Products.Route.ToString().ToLowerInvariant(), get_num_threads(), devices, disk, problems);
    }

    private static DoctorReport.Storage ExamineDisk(string cacheFolder, List<DoctorReport.Problem> problems)
    {
        var free = FreeBytes(cacheFolder);
        if (free < LeastFreeBytes)
            problems.Add(new DoctorReport.Problem($"{free / 1_000_000} MB are free at {cacheFolder}", "free 1 GB, or let XDG_CACHE_HOME name a folder on another disk"));
        return new DoctorReport.Storage(cacheFolder, free, IsWritable(cacheFolder));
    }

    private static bool IsWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var probe = new FileStream(
                Path.Combine(folder, $".probe-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
