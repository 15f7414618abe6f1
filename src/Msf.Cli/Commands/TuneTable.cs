using System.Globalization;
using Msf.Evaluation;
using Msf.Sampling;

namespace Msf.Cli.Commands;

/// <summary>The front of a search as lines of text.</summary>
internal static class TuneTable
{
    private static readonly string[] _head = ["", "distance", "KID x1000", "G mul-adds", "ms/image", "steps", "solver", "guidance", "grid", "condition"];

    /// <summary>A head, and a line for each point, the choice marked; the settings before are the last line where they are not on the front.</summary>
    internal static IEnumerable<string> Lines(TuningReport report)
    {
        var rows = report.Front.Select(point => Row(point == report.Picked ? ">" : point == report.Own ? "=" : "", point)).ToList();
        if (report.Own is { } own && !report.Front.Contains(own)) rows.Add(Row("=", own));
        rows.Insert(0, _head);
        int[] widths = [.. Enumerable.Range(0, _head.Length).Select(i => rows.Max(row => row[i].Length))];
        return rows.Select(row => string.Join("  ", row.Select((cell, i) => i is >= 1 and <= 4 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
    }

    private static string[] Row(string mark, TuningReport.Point point) =>
    [
        mark,
        Text($"{point.Distance:F2} ± {point.Error:F2}"),
        point.KernelDistance is { } kid ? Text($"{1e3 * kid:F2}") : "-",
        Text($"{point.MultiplyAdds / 1e9:F3}"),
        Text($"{1e3 * point.SecondsPerImage:F1}"),
        string.Join('+', point.Sampling.Stages.Select(stage => stage.Steps)),
        string.Join('+', point.Sampling.Stages.Select(stage => stage.Solver.ToString().ToLowerInvariant())),
        string.Join('+', point.Sampling.Stages.Select(Guidance)),
        string.Join('+', point.Sampling.Stages.Select(stage => Text($"{stage.Grid.Kind.ToString().ToLowerInvariant()}{(stage.TimeShift == 1 ? "" : $"*{stage.TimeShift:G3}")}"))),
        point.Sampling.ConditionTime is { } time ? Text($"{time:G3}") : "-",
    ];

    private static string Guidance(StageSamplingConfig stage) => stage.Guidance is { From: 0, To: 1 } or { Scale: 1 }
        ? Text($"{stage.Guidance.Scale:G3}")
        : Text($"{stage.Guidance.Scale:G3}[{stage.Guidance.From:G2},{stage.Guidance.To:G2}]");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
