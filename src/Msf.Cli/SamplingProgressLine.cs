using System.Diagnostics;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>Shows where sampling stands, with rate and remaining time: one line that is rewritten on a terminal, a line every ten seconds elsewhere.</summary>
/// <param name="output">Standard error.</param>
/// <param name="count">Images in all.</param>
internal sealed class SamplingProgressLine(TextWriter output, int count) : IProgress<SamplingProgress>, IDisposable
{
    private static readonly TimeSpan _terminalInterval = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan _logInterval = TimeSpan.FromSeconds(10);
    private readonly bool _rewrites = !Console.IsErrorRedirected && ReferenceEquals(output, Console.Error);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private bool _open;

    /// <summary>Images finished so far.</summary>
    internal int Done { get; set; }

    /// <inheritdoc/>
    public void Report(SamplingProgress value)
    {
        if (_sinceLine.Elapsed < (_rewrites ? _terminalInterval : _logInterval)) return;
        _sinceLine.Restart();
        var rate = Done / _clock.Elapsed.TotalSeconds;
        var left = Done == 0 ? "" : $", {rate:F1} images/s, {TimeSpan.FromSeconds((count - Done) / rate):hh\\:mm\\:ss} left";
        var line = $"{Done}/{count} images, stage {value.Stage + 1}/{value.Stages} step {value.Step}/{value.Steps}{left}";
        if (_rewrites) output.Write($"\r{line}\u001b[K");
        else output.WriteLine(line);
        _open = _rewrites;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_open) output.WriteLine();
        _open = false;
    }
}
