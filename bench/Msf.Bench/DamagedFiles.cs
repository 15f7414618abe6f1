using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Damages checkpoint and model folders in many ways and loads them: each must be refused in one line, or survived by falling back to an earlier
/// checkpoint and saying so. A damage that changes nothing that is loaded (a line break after the JSON, say) is counted apart; whatever loads with
/// other content fails the measurement.
/// </summary>
internal sealed class DamagedFiles : IDisposable
{
    private enum Outcome { Refused, FellBack, NoEffect, Silent, Crashed }

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-damage-");
    private readonly RunConfig _config = RunConfigReader.Read("tiny",
    [
        "model.size=[8,8]", "model.stages.0.width=16", "model.stages.0.depth=1", "model.stages.1.width=16", "model.stages.1.depth=1",
        "data.source=synthetic:shapes?size=8&count=32", "training.batchSize=8", "training.maxImages=64", "training.checkpointEveryImages=32",
        "training.sampleEveryImages=0", "training.precision=float32",
    ]);
    private readonly IImageSource _source;
    private readonly Dictionary<(string Target, string Kind), int[]> _counts = [];
    private readonly List<string> _failures = [];
    private double _slowest;

    private DamagedFiles() => _source = ImageSources.Open(_config.Data.Source!, _config.Data.Classes);

    public static int Run(int cases, int seed)
    {
        set_num_threads(1);
        using var bench = new DamagedFiles();
        return bench.Measure(cases, seed);
    }

    public void Dispose()
    {
        _source.Dispose();
        _folder.Delete(recursive: true);
    }

    private string this[string name] => Path.Combine(_folder.FullName, name);

    private int Measure(int cases, int seed)
    {
        foreach (var (name, other) in new[] { ("run", 0), ("other", 1) })
        {
            using var trainer = TrainingRun.Open(_config with { Training = _config.Training with { Seed = other } }, this[name], _source, CPU, resume: false, _ => { });
            trainer.Train();
        }
        var newest = LoadCheckpoint(this["run"], out _);
        Directory.Move(this["run/checkpoints/64"], this["newest"]);
        var older = LoadCheckpoint(this["run"], out _);
        Directory.Move(this["run/checkpoints/32"], this["older"]);
        var model = LoadModel(this["run/model"]);

        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < cases; i++)
        {
            var damage = Damage.All[i / 2 % Damage.All.Count];
            if (i % 2 == 0)
            {
                MakeDamaged(damage, random, good: "newest", other: "older", into: "run/checkpoints/64");
                Try("checkpoint", damage, () => Checkpoint(newest, older));
            }
            else
            {
                MakeDamaged(damage, random, good: "run/model", other: "other/model", into: "model");
                Try("model", damage, () => LoadModel(this["model"]) == model ? Outcome.NoEffect : Outcome.Silent);
            }
        }
        return Report(cases, seed, clock.Elapsed);
    }

    /// <summary>A fresh copy with one damage that changed at least one byte.</summary>
    private void MakeDamaged(Damage damage, Random random, string good, string other, string into)
    {
        do
        {
            Clear(this[into]);
            Copy(this[good], this[into]);
            damage.Apply(random, this[into], this[other]);
        }
        while (Digests(this[good]) == Digests(this[into]));
    }

    private void Try(string target, Damage damage, Func<Outcome> load)
    {
        var clock = Stopwatch.StartNew();
        Outcome outcome;
        try
        {
            outcome = load();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            outcome = e.Message.Length > 0 && !e.Message.Contains('\n', StringComparison.Ordinal) ? Outcome.Refused : Outcome.Crashed;
            if (outcome == Outcome.Crashed) _failures.Add($"{target}, {damage.Name}: more than one line: {e.Message}");
        }
        catch (Exception e)
        {
            outcome = Outcome.Crashed;
            _failures.Add($"{target}, {damage.Name}: {e.GetType().Name}: {e.Message}");
        }
        _slowest = Math.Max(_slowest, clock.Elapsed.TotalSeconds);
        if (outcome == Outcome.Silent) _failures.Add($"{target}, {damage.Name}: loaded with other content");
        if (!_counts.TryGetValue((target, damage.Name), out var counts)) _counts[(target, damage.Name)] = counts = new int[5];
        counts[(int)outcome]++;
    }

    private Outcome Checkpoint(string newest, string older)
    {
        // What a resume leaves beside the damaged checkpoint is the undamaged older one and nothing else.
        Clear(this["run/checkpoints/32"]);
        Copy(this["older"], this["run/checkpoints/32"]);
        var loaded = LoadCheckpoint(this["run"], out var told);
        if (loaded == newest && Digests(this["newest"], FolderDigests.FileName) == Digests(this["run/checkpoints/64"], FolderDigests.FileName)) return Outcome.NoEffect;
        return loaded == older && told.Count == 1 && told[0].Contains("64: skipped, damaged: ", StringComparison.Ordinal) ? Outcome.FellBack : Outcome.Silent;
    }

    private string LoadCheckpoint(string run, out List<string> told)
    {
        told = [];
        using var trainer = TrainingRun.Open(_config, run, _source, CPU, resume: true, told.Add);
        return $"{trainer.Images} " + string.Join(' ', trainer.Stages.SelectMany(stage =>
            stage.State().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Hash(pair.Value)).Append($"{stage.Images}/{stage.Steps}")));
    }

    private static string LoadModel(string folder)
    {
        var (manifest, networks) = ModelFolder.Read(folder);
        try
        {
            return JsonSerializer.Serialize(manifest with { Digest = null, StageDigests = null }, JsonFormat.Line) + string.Join(' ', networks.SelectMany(network =>
                network.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + Hash(pair.Value))));
        }
        finally
        {
            foreach (var network in networks) network.Dispose();
        }
    }

    private static string Hash(Tensor tensor) => Convert.ToHexString(SHA256.HashData(tensor.bytes));

    private static string Digests(string folder, string except = "") => string.Join(' ', Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal)
        .Where(path => Path.GetFileName(path) != except)
        .Select(path => Path.GetFileName(path) + (File.Exists(path) ? FileDigest.Sha256(path) : "folder")));

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private int Report(int cases, int seed, TimeSpan elapsed)
    {
        Console.WriteLine($"{"",-44}{"refused",9}{"fell back",11}{"no effect",11}{"silent",8}{"crashed",9}");
        foreach (var (key, counts) in _counts.OrderBy(pair => pair.Key.Target, StringComparer.Ordinal))
            Console.WriteLine($"{key.Target + ": " + key.Kind,-44}{counts[0],9}{counts[1],11}{counts[2],11}{counts[3],8}{counts[4],9}");
        var sums = Enumerable.Range(0, 5).Select(outcome => _counts.Values.Sum(counts => counts[outcome])).ToArray();
        Console.WriteLine($"{"all",-44}{sums[0],9}{sums[1],11}{sums[2],11}{sums[3],8}{sums[4],9}");
        Console.WriteLine($"{cases} damaged folders (seed {seed}) in {elapsed.TotalSeconds:F0} s; the slowest took {1000 * _slowest:F0} ms to load or refuse");
        foreach (var failure in _failures.Take(20)) Console.WriteLine(failure);
        return _failures.Count == 0 ? 0 : 1;
    }
}
