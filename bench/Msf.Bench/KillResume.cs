using System.Diagnostics;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Bench;

/// <summary>
/// Kills <c>msf train</c> with SIGKILL, at random moments and while it saves, and resumes it, until as many kills are made as asked for. After every
/// kill the newest checkpoint must be, byte for byte, the one that a run without kills wrote after as many images; at the end checkpoint, model, metrics
/// and sheets must be those of that run.
/// </summary>
internal sealed class KillResume : IDisposable
{
    private const int MostKillsARun = 8;
    private const int LongestSaveMilliseconds = 60;
    private static readonly string[] _options =
    [
        "--config", "tiny", "--max-images", "3072", "--set", "training.precision=float32", "--set", "training.batchSize=16",
        "--set", "training.checkpointEveryImages=256", "--set", "training.logEveryImages=192", "--set", "training.sampleEveryImages=1536",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-kills-");
    private readonly Random _random;
    private readonly List<string> _failures = [];
    private int _kills, _beforeTheFirst, _whileWriting, _whileRemoving, _whileModel, _runs;
    private TimeSpan _whole;

    private KillResume(int seed) => _random = new Random(seed);

    public static int Run(int kills, int seed)
    {
        using var bench = new KillResume(seed);
        return bench.Measure(kills, seed);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string this[string name] => Path.Combine(_folder.FullName, name);

    private int Measure(int kills, int seed)
    {
        var clock = Stopwatch.StartNew();
        using (var whole = Start(this["whole"], "--set", "training.keepCheckpoints=1000")) RequireDone(whole, this["whole"]);
        _whole = clock.Elapsed;
        while (_kills < kills && _failures.Count == 0)
        {
            var run = this[$"run{_runs++}"];
            var left = Math.Min(MostKillsARun, kills - _kills);
            while (left > 0 && StartAndKill(run))
            {
                left--;
                _kills++;
                Look(run);
            }
            if (left == 0)
            {
                using var last = Start(run);
                RequireDone(last, run);
            }
            CompareEnd(run);
            Directory.Delete(run, recursive: true);
        }
        Console.WriteLine($"seed {seed}: {_kills} kills in {_runs} runs, {clock.Elapsed.TotalSeconds:F0} s; a run without kills takes {_whole.TotalSeconds:F1} s, the program's start included");
        Console.WriteLine($"kills that met an unfinished checkpoint: {_whileWriting}, an unfinished model: {_whileModel}, a checkpoint being removed: {_whileRemoving}, no checkpoint yet: {_beforeTheFirst}");
        Console.WriteLine(_failures.Count == 0
            ? $"identical after the kill and at the end of the run: {_kills} of {_kills} kills, {_runs} of {_runs} runs"
            : string.Join('\n', _failures));
        return _failures.Count == 0 ? 0 : 1;
    }

    private static Process Start(string run, params string[] more)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Msf.Cli.dll"), "train", "--out", run, "--resume", .. _options, .. more];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    /// <summary>Half of the kills come at any moment of the process's life, half when a folder is being written.</summary>
    /// <returns>Whether it was killed; false when it was done before.</returns>
    private bool StartAndKill(string run)
    {
        var anyMoment = TimeSpan.FromSeconds(_random.NextDouble() * _whole.TotalSeconds);
        var (atSave, passed) = (_random.Next(2) == 0, _random.Next(0, 6));
        var intoSave = TimeSpan.FromMilliseconds(_random.NextDouble() * LongestSaveMilliseconds);
        var already = Unfinished(run).ToHashSet();
        using var process = Start(run);
        if (atSave)
        {
            while (!process.HasExited)
            {
                var begun = Unfinished(run).Where(already.Add).Any();
                if (begun && passed-- == 0) break;
                if (!begun) Thread.Sleep(1);
            }
            Thread.Sleep(intoSave);
        }
        else
        {
            process.WaitForExit(anyMoment);
        }
        if (process.HasExited)
        {
            RequireDone(process, run);
            return false;
        }
        process.Kill();
        process.WaitForExit();
        return true;
    }

    private void RequireDone(Process process, string run)
    {
        var (errors, _) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        process.WaitForExit();
        if (process.ExitCode != 0) _failures.Add($"{run}: exit code {process.ExitCode}: {errors.Result}");
        if (errors.Result.Contains("damaged", StringComparison.Ordinal)) _failures.Add($"{run}: a kill damaged a checkpoint: {errors.Result}");
    }

    private static IEnumerable<string> Unfinished(string run) =>
        new[] { run, Path.Combine(run, "checkpoints") }.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder).Where(path => TemporaryName.TargetOf(Path.GetFileName(path), TemporaryName.Unfinished) is not null));

    /// <summary>Counts what the kill met, and compares the newest checkpoint.</summary>
    private void Look(string run)
    {
        var newest = new CheckpointStore(Path.Combine(run, "checkpoints"), 1).FindNewest(skipped => _failures.Add($"a kill damaged a checkpoint: {skipped}"));
        var targets = Unfinished(run).Select(path => TemporaryName.TargetOf(Path.GetFileName(path), TemporaryName.Unfinished)!).ToArray();
        if (targets.Contains("model")) _whileModel++;
        if (targets.Any(name => long.TryParse(name, out var images) && images > (newest?.Images ?? 0))) _whileWriting++;
        if (targets.Any(name => long.TryParse(name, out var images) && images <= (newest?.Images ?? 0))) _whileRemoving++;
        if (newest is null) _beforeTheFirst++;
        else CompareStages(newest.Folder, Path.Combine(this["whole"], "checkpoints", Path.GetFileName(newest.Folder)));
    }

    private void CompareEnd(string run)
    {
        if (_failures.Count > 0) return;
        CompareStages(Path.Combine(run, "checkpoints", "3072"), this["whole/checkpoints/3072"]);
        CompareStages(Path.Combine(run, "model"), this["whole/model"]);
        if (!Lines(run).SequenceEqual(Lines(this["whole"]))) _failures.Add($"{run}: other metrics");
        if (!Sheets(run).SequenceEqual(Sheets(this["whole"]))) _failures.Add($"{run}: other sample sheets");
        if (Directory.EnumerateFileSystemEntries(run, "*.tmp-*", SearchOption.AllDirectories).Any()) _failures.Add($"{run}: unfinished files were left");
    }

    private void CompareStages(string folder, string expected)
    {
        foreach (var name in new[] { ModelFolder.StageName(0), ModelFolder.StageName(1) })
            if (FileDigest.Sha256(Path.Combine(folder, name)) != FileDigest.Sha256(Path.Combine(expected, name))) _failures.Add($"{folder}: other {name}");
    }

    // As text, which compares lists by what they hold; without what depends on the machine's moment.
    private static IEnumerable<string> Lines(string run) =>
        MetricsLog.Read(Path.Combine(run, "metrics.jsonl")).Select(
            line => JsonSerializer.Serialize(line with { ImagesPerSecond = 0, LiveTensors = 0, ResidentBytes = 0 }, JsonFormat.Line));

    private static IEnumerable<string> Sheets(string run) =>
        Directory.GetFiles(Path.Combine(run, "samples")).Order(StringComparer.Ordinal).Select(path => Path.GetFileName(path) + FileDigest.Sha256(path));
}
