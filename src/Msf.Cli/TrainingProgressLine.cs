using System.Diagnostics;
using Msf.Training;

namespace Msf.Cli;

/// <summary>Shows where training stands: one line that is rewritten on a terminal, a line every half minute elsewhere.</summary>
/// <param name="output">Standard error.</param>
internal sealed class TrainingProgressLine(TextWriter output) : IProgress<TrainingProgress>, IDisposable
{
    private static readonly TimeSpan _terminalInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan _logInterval = TimeSpan.FromSeconds(30);
    private readonly bool _rewrites = !Console.IsErrorRedirected && ReferenceEquals(output, Console.Error);
    private readonly Dictionary<int, double> _losses = [];
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private bool _open;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (double.IsFinite(value.Loss))
            _losses[value.Stage] = _losses.TryGetValue(value.Stage, out var loss) ? loss + 0.02 * (value.Loss - loss) : value.Loss;
        if (_sinceLine.Elapsed < (_rewrites ? _terminalInterval : _logInterval)) return;
        _sinceLine.Restart();
        var losses = string.Join(" ", _losses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value:F4}"));
        var skipped = value.SkippedSteps > 0 ? $", {value.SkippedSteps} steps skipped" : "";
        var line = $"{value.Images:N0}/{value.MaxImages:N0} images, loss {losses}, {value.ImagesPerSecond:F0} images/s, {value.Remaining:hh\\:mm\\:ss} left{skipped}";
        if (_rewrites)
        {
            output.Write($"\r{line}\u001b[K");
            _open = true;
        }
        else
        {
            output.WriteLine(line);
        }
    }

    /// <summary>Ends an open line.</summary>
    public void Finish()
    {
        if (_open) output.WriteLine();
        _open = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Finish();
}
