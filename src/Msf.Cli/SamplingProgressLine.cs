using System.Diagnostics;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>Shows where sampling stands, with rate and remaining time: one line that is rewritten on a terminal, a line every ten seconds elsewhere.</summary>
/// <param name="output">Standard error.</param>
/// <param name="count">Images in all.</param>
internal sealed class SamplingProgressLine(TextWriter output, int count) : IProgress<SamplingProgress>, IDisposable
{
    private readonly StatusLine _line = new(output, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(10));
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Images finished so far.</summary>
    internal int Done { get; set; }

    /// <inheritdoc/>
    public void Report(SamplingProgress value)
    {
        if (!_line.IsDue()) return;
        var rate = Done / _clock.Elapsed.TotalSeconds;
        var left = Done == 0 ? "" : $", {rate:F1} images/s, {StatusLine.Left(count - Done, rate)}";
        _line.Write($"{Done}/{count} images, stage {value.Stage + 1}/{value.Stages} step {value.Step}/{value.Steps}{left}");
    }

    /// <inheritdoc/>
    public void Dispose() => _line.Finish();
}
