using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Msf.Server;

/// <summary>Training runs to look at: the sub-folders of one folder, looked up in its listing, so that no name of a request is ever part of a path.</summary>
/// <param name="folder">The folder; null where there is none.</param>
internal sealed partial class TrainingRuns(string? folder)
{
    private const string MetricsName = "metrics.jsonl";
    private const string SheetsName = "samples";
    private const int LongestAnswer = 20_000;

    /// <summary>All runs, the newest first.</summary>
    internal IReadOnlyList<RunSummary> List() => folder is null || !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateDirectories(folder).Where(run => File.Exists(Path.Combine(run, MetricsName))).Select(Summary).OrderByDescending(run => run.Updated)];

    /// <summary>Lines of a run's metrics.</summary>
    /// <param name="name">The run.</param>
    /// <param name="after">Lines to leave out from the start.</param>
    /// <exception cref="RequestException">There is no such run.</exception>
    internal RunMetrics Metrics(string name, int after)
    {
        var lines = ReadLines(Path.Combine(Find(name), MetricsName)).Skip(after).Take(LongestAnswer).Select(Parse).ToList();
        if (lines is [.., null]) lines.RemoveAt(lines.Count - 1);
        return new RunMetrics([.. lines.OfType<JsonElement>()], after + lines.Count);
    }

    /// <summary>Sample sheets of a run, in the order of their making.</summary>
    /// <exception cref="RequestException">There is no such run.</exception>
    internal IReadOnlyList<(string File, long Images)> Sheets(string name)
    {
        var sheets = Path.Combine(Find(name), SheetsName);
        return !Directory.Exists(sheets)
            ? []
            : [.. Directory.EnumerateFiles(sheets, "*.png").Select(Path.GetFileName).OfType<string>().Where(file => SheetFile().IsMatch(file)).Order(StringComparer.Ordinal)
                .Select(file => (file, long.Parse(file.AsSpan(0, file.Length - 4), CultureInfo.InvariantCulture)))];
    }

    /// <summary>A sample sheet's file.</summary>
    /// <exception cref="RequestException">There is no such sheet.</exception>
    internal byte[] Sheet(string name, string file)
    {
        var path = Path.Combine(Find(name), SheetsName, SheetFile().IsMatch(file) ? file : throw None());
        return File.Exists(path) ? File.ReadAllBytes(path) : throw None();
    }

    private string Find(string name) =>
        folder is not null && Directory.Exists(folder) && Directory.EnumerateDirectories(folder).FirstOrDefault(run => Path.GetFileName(run) == name && File.Exists(Path.Combine(run, MetricsName))) is { } found
            ? found
            : throw RequestException.NotFound("there is no such run; /api/runs lists them.");

    private static RunSummary Summary(string run)
    {
        var metrics = Path.Combine(run, MetricsName);
        long? images = null;
        foreach (var line in ReadLastLines(metrics))
            if (Parse(line) is { } parsed && parsed.TryGetProperty("images", out var member) && member.TryGetInt64(out var count)) images = Math.Max(images ?? 0, count);
        return new RunSummary(Path.GetFileName(run), images, File.GetLastWriteTimeUtc(metrics));
    }

    private static IEnumerable<string> ReadLines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static string[] ReadLastLines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Math.Max(0, stream.Length - 16 * 1024), SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    // The last line may be half written; the next question finds it whole.
    private static JsonElement? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static RequestException None() => RequestException.NotFound("there is no such sheet.");

    [GeneratedRegex(@"^[0-9]{1,15}\.png\z")]
    private static partial Regex SheetFile();
}
