using System.Globalization;
using Msf.Evaluation;

namespace Msf.Cli;

/// <summary>Shows where a comparison stands: one line that is rewritten on a terminal, a line every half minute elsewhere.</summary>
/// <param name="output">Standard error.</param>
internal sealed class ComparisonProgressLine(TextWriter output) : IProgress<ComparisonProgress>, IProgress<EvaluationProgress>, IDisposable
{
    private readonly StatusLine _line = new(output, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(30));

    /// <inheritdoc/>
    public void Report(ComparisonProgress value)
    {
        if (!_line.IsDue()) return;
        var left = value.Remaining is { } time ? $", {StatusLine.Left(time)}" : "";
        _line.Write(string.Create(
            CultureInfo.InvariantCulture, $"{value.Arm}, seed {value.Seed} ({value.Index + 1}/{value.Count}): {value.What} {value.Done:N0}/{value.Total:N0}; {value.Share:P1} of all{left}"));
    }

    /// <inheritdoc/>
    public void Report(EvaluationProgress value)
    {
        if (_line.IsDue()) _line.Write($"features of the data: {value.Done}/{value.Count} images");
    }

    /// <inheritdoc/>
    public void Dispose() => _line.Finish();
}
