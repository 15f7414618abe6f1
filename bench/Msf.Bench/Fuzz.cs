using System.Diagnostics;
using System.Globalization;
using Msf.Fuzzing;

namespace Msf.Bench;

/// <summary>
/// Reads damaged inputs of every reader of a foreign format and tells what came of them. Each target runs in a process of its own, so that one that
/// dies in an input is counted, and the run goes on behind that input.
/// </summary>
internal static class Fuzz
{
    private const int MostFailures = 20;

    /// <summary>Divides inputs over targets.</summary>
    /// <param name="inputs">How many, all together.</param>
    /// <param name="seed">Seed; the same inputs come again under the same one.</param>
    /// <param name="only">Names of targets; all where none is named.</param>
    /// <returns>0 where nothing went wrong.</returns>
    public static int Run(long inputs, long seed, IReadOnlyList<string> only)
    {
        string[] targets = only.Count > 0 ? [.. only] : [.. FuzzTargets.Names];
        Console.WriteLine("| target | inputs | accepted | refused | crashes | hangs | code run | most memory taken (input) | peak | slowest | inputs/s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        var sums = new long[6];
        for (var i = 0; i < targets.Length; i++)
        {
            var count = inputs / targets.Length + (i < inputs % targets.Length ? 1 : 0);
            var path = Path.Combine(Path.GetTempPath(), $"msf-fuzz-{Guid.NewGuid():N}.ledger");
            using (var ledger = new FuzzLedger(path))
            {
                RunTarget(targets[i], count, seed, ledger, path);
                Console.WriteLine(Row(targets[i], ledger));
                long[] counts = [ledger.Number, ledger.Accepted, ledger.Refused, ledger.Crashes, ledger.Hangs, ledger.CodeRun];
                for (var c = 0; c < sums.Length; c++) sums[c] += counts[c];
            }
            File.Delete(path);
        }
        Console.WriteLine($"| all (seed {seed}) | {string.Join(" | ", sums.Select(sum => sum.ToString("N0", CultureInfo.InvariantCulture)))} | | | | |");
        return sums[3] + sums[4] + sums[5] == 0 ? 0 : 1;
    }

    /// <summary>Reads the inputs of one target from where its ledger stands; run in a process of its own.</summary>
    public static int RunPart(string name, long end, long seed, string ledgerPath)
    {
        using var target = FuzzTargets.Create(name, BadFiles());
        using var ledger = new FuzzLedger(ledgerPath);
        var before = Memory("VmRSS");
        var run = new FuzzRun(target, seed, ledger) { Report = (number, input, fault) => Tell(name, seed, number, input, fault, ledger), Allocated = () => GC.GetTotalAllocatedBytes() };
        run.To(end);
        ledger.PeakMemory = Math.Max(ledger.PeakMemory, Memory("VmHWM") - before);
        return 0;
    }

    private static void RunTarget(string name, long count, long seed, FuzzLedger ledger, string path)
    {
        while (ledger.Number < count)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!);
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Fuzz).Assembly.Location);
            foreach (var argument in new[] { "fuzz-part", name, count.ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture), path }) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            process.WaitForExit();
            if (process.ExitCode == 0) return;
            if (process.ExitCode != FuzzWatchdog.ExitCode)
            {
                ledger.Crashes++;
                using var target = FuzzTargets.Create(name, BadFiles());
                using var scratch = new FuzzLedger($"{path}.again");
                Tell(name, seed, ledger.Number, new FuzzRun(target, seed, scratch).Input(ledger.Number), $"the process died with exit code {process.ExitCode}", ledger);
                File.Delete($"{path}.again");
            }
            ledger.Number++;
        }
    }

    private static void Tell(string name, long seed, long number, byte[] input, string fault, FuzzLedger ledger)
    {
        if (ledger.Crashes + ledger.Hangs > MostFailures) return;
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "msf-fuzz-faults")).FullName;
        var path = Path.Combine(folder, $"{name.Replace(' ', '-')}-{seed}-{number}");
        File.WriteAllBytes(path, input);
        Console.Error.WriteLine($"{name}, seed {seed}, input {number} ({path}): {fault}");
    }

    private static string Row(string name, FuzzLedger ledger) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {ledger.Number:N0} | {ledger.Accepted:N0} | {ledger.Refused:N0} | {ledger.Crashes:N0} | {ledger.Hangs:N0} | {ledger.CodeRun:N0} | {ledger.LargestAllocation / 1e6:F2} MB ({ledger.LargestAllocationInput:N0} bytes) | {ledger.PeakMemory / 1e6:F0} MB | {ledger.SlowestTicks / 1e4:F1} ms (input {ledger.SlowestNumber}) | {ledger.Number / Math.Max(1e-3, ledger.Ticks / 1e7):N0} |");

    // ../shared beside the checkout, or where MSF_SHARED says.
    private static string BadFiles()
    {
        if (Environment.GetEnvironmentVariable("MSF_SHARED") is { Length: > 0 } named) return Path.Combine(named, "golden", "bad");
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Msf.slnx"))) folder = folder.Parent;
        return folder is null ? "" : Path.Combine(folder.FullName, "..", "shared", "golden", "bad");
    }

    private static long Memory(string name) => OperatingSystem.IsLinux()
        ? long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10
        : Environment.WorkingSet;
}
