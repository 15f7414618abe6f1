using Msf.Training;

namespace Msf.Cli;

/// <summary>Shows where training stands: one line that is rewritten on a terminal, a line every half minute elsewhere.</summary>
/// <param name="output">Standard error.</param>
internal sealed class TrainingProgressLine(TextWriter output) : IProgress<TrainingProgress>, IDisposable
{
    private readonly StatusLine _line = new(output, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30));
    private readonly Dictionary<int, double> _losses = [];

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (double.IsFinite(value.Loss))
            _losses[value.Stage] = _losses.TryGetValue(value.Stage, out var loss) ? loss + 0.02 * (value.Loss - loss) : value.Loss;
        if (!_line.IsDue()) return;
        var losses = string.Join(" ", _losses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value:F4}"));
        var skipped = value.SkippedSteps > 0 ? $", {value.SkippedSteps} steps skipped" : "";
        _line.Write($"{value.Images:N0}/{value.MaxImages:N0} images, loss {losses}, {value.ImagesPerSecond:F0} images/s, {StatusLine.Left(value.Remaining)}{skipped}");
    }

    /// <summary>Ends an open line.</summary>
    public void Finish() => _line.Finish();

    /// <inheritdoc/>
    public void Dispose() => Finish();
}
