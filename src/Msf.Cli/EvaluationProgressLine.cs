using System.Diagnostics;
using Msf.Evaluation;

namespace Msf.Cli;

/// <summary>Shows where an evaluation stands, with rate and remaining time: one line that is rewritten on a terminal, a line every ten seconds elsewhere.</summary>
/// <param name="output">Standard error.</param>
internal sealed class EvaluationProgressLine(TextWriter output) : IProgress<GatherProgress>, IProgress<MetricProgress>, IDisposable
{
    private readonly StatusLine _line = new(output, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(10));
    private readonly Stopwatch _clock = new();
    private (string Set, int Done) _from = ("", 0);

    /// <inheritdoc/>
    public void Report(GatherProgress value)
    {
        if (value.Set != _from.Set)
        {
            _from = (value.Set, value.Done);                                                  // what was saved before is no part of the rate
            _clock.Restart();
        }
        if (!_line.IsDue()) return;
        var rate = (value.Done - _from.Done) / _clock.Elapsed.TotalSeconds;
        var left = rate > 0 ? $", {rate:F1} images/s, {StatusLine.Left(value.Count - value.Done, rate)}" : "";
        _line.Write($"{value.Set}: {value.Done:N0}/{value.Count:N0} images{left}");
    }

    /// <inheritdoc/>
    public void Report(MetricProgress value)
    {
        if (_line.IsDue()) _line.Write($"figures: {value.Done}/{value.Count}, {ListArgument.NameOf(value.Metric)}");
    }

    /// <inheritdoc/>
    public void Dispose() => _line.Finish();
}
