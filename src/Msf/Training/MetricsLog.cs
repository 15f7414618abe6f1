using System.Text.Json;
using Msf.Runtime;

namespace Msf.Training;

/// <summary>Averages step results and appends them to a file, one JSON object a line and stage.</summary>
public sealed class MetricsLog
{
    private readonly string _path;
    private readonly SortedDictionary<int, MetricsSum> _sums = [];

    /// <summary>Names the file; it is created by the first line.</summary>
    public MetricsLog(string path) => _path = path;

    /// <summary>What was added since the last line, by stage; set to go on where another log stopped.</summary>
    public IReadOnlyList<MetricsSum> Sums
    {
        get => [.. _sums.Values];
        set
        {
            _sums.Clear();
            foreach (var sum in value) _sums[sum.Stage] = sum;
        }
    }

    /// <summary>Adds a step to the averages; one that was skipped adds nothing to them.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="step">What the step reported.</param>
    /// <param name="skippedSteps">Steps of the stage skipped so far.</param>
    public void Add(int stage, StepResult step, long skippedSteps = 0)
    {
        var sum = _sums.GetValueOrDefault(stage) ?? new MetricsSum(stage, 0, 0, 0, 0, 0);
        if (!step.Skipped) sum = sum with { Steps = sum.Steps + 1, Loss = sum.Loss + step.Loss, GradientNorm = sum.GradientNorm + step.GradientNorm, Parts = Add(sum.Parts, step.Parts) };
        _sums[stage] = sum with { LearningRate = step.LearningRate, Skipped = skippedSteps };
    }

    /// <summary>Writes the averages since the last line and starts new ones.</summary>
    /// <param name="step">Steps over all stages.</param>
    /// <param name="images">Images over all stages.</param>
    /// <param name="imagesPerSecond">Rate over all stages since the last line.</param>
    /// <param name="liveTensors">Tensors alive that the training thread made.</param>
    /// <param name="residentBytes">Memory of the process that is in use.</param>
    /// <param name="lossByTime">Mean losses of a stage by time since the last line; null leaves them out.</param>
    /// <returns>The lines.</returns>
    public IReadOnlyList<MetricsLine> Write(
        long step, long images, double imagesPerSecond, long liveTensors, long residentBytes = 0, Func<int, IReadOnlyList<double?>>? lossByTime = null)
    {
        MetricsLine[] lines =
        [
            .. _sums.Values.Select(sum => new MetricsLine(
                step, images, sum.Stage, Mean(sum.Loss, sum.Steps), Mean(sum.GradientNorm, sum.Steps), sum.LearningRate, imagesPerSecond, liveTensors,
                sum.Skipped, residentBytes, lossByTime?.Invoke(sum.Stage), sum.Parts?.ToDictionary(part => part.Key, part => part.Value.Sum / part.Value.Steps))),
        ];
        File.AppendAllLines(_path, lines.Select(line => JsonSerializer.Serialize(line, JsonFormat.Line)));
        _sums.Clear();
        return lines;
    }

    /// <summary>Drops lines beyond a position: what an interrupted run wrote after its last checkpoint.</summary>
    /// <param name="images">Position of the checkpoint that the run goes on from; 0 drops all lines.</param>
    public void TruncateAfter(long images)
    {
        if (!File.Exists(_path)) return;
        var kept = File.ReadLines(_path).Where(line => ImagesOf(line) is { } at && at <= images).ToArray();
        AtomicFile.Write(_path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (var line in kept) writer.Write(line + "\n");
        });
    }

    /// <summary>The lines of a file, in the order written; what is no line (torn by a kill, say) is left out.</summary>
    /// <param name="path">The file; one that does not exist has no lines.</param>
    public static IReadOnlyList<MetricsLine> Read(string path)
    {
        if (!File.Exists(path)) return [];
        return [.. File.ReadLines(path).Where(line => ImagesOf(line) is not null).Select(LineOf).OfType<MetricsLine>()];
    }

    private static IReadOnlyDictionary<string, PartSum>? Add(IReadOnlyDictionary<string, PartSum>? sums, IReadOnlyDictionary<string, double>? parts)
    {
        if (parts is null) return sums;
        var added = new SortedDictionary<string, PartSum>(sums?.ToDictionary() ?? [], StringComparer.Ordinal);
        foreach (var (name, value) in parts)
        {
            var before = added.GetValueOrDefault(name) ?? new PartSum(0, 0);
            added[name] = new PartSum(before.Steps + 1, before.Sum + value);
        }
        return added;
    }

    private static double? Mean(double sum, int count) => count > 0 ? sum / count : null;

    private static MetricsLine? LineOf(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<MetricsLine>(line, JsonFormat.Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long? ImagesOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("images", out var images)
                && images.ValueKind == JsonValueKind.Number && images.TryGetInt64(out var at) ? at : null;
        }
        catch (JsonException)
        {
            return null;                                                                      // a line torn by a kill
        }
    }
}
