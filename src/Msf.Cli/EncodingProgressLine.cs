using System.Diagnostics;
using Msf.Data;

namespace Msf.Cli;

/// <summary>Shows where encoding stands: one line that is rewritten on a terminal, a line every half minute elsewhere.</summary>
/// <param name="output">Standard error.</param>
internal sealed class EncodingProgressLine(TextWriter output) : IProgress<LatentEncodingProgress>, IDisposable
{
    private static readonly TimeSpan _terminalInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan _logInterval = TimeSpan.FromSeconds(30);
    private readonly bool _rewrites = !Console.IsErrorRedirected && ReferenceEquals(output, Console.Error);
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private bool _open;

    /// <inheritdoc/>
    public void Report(LatentEncodingProgress value)
    {
        if (_sinceLine.Elapsed < (_rewrites ? _terminalInterval : _logInterval)) return;
        _sinceLine.Restart();
        var rate = value.Images / Math.Max(_sinceStart.Elapsed.TotalSeconds, 1e-3);
        var left = TimeSpan.FromSeconds(Math.Min((value.Total - value.Images) / rate, 3e6));
        var line = $"{value.Images:N0}/{value.Total:N0} images encoded, {rate:F1} images/s, {left:hh\\:mm\\:ss} left";
        if (_rewrites) output.Write($"\r{line}\u001b[K");
        else output.WriteLine(line);
        _open = _rewrites;
    }

    /// <summary>Ends an open line.</summary>
    public void Dispose()
    {
        if (_open) output.WriteLine();
        _open = false;
    }
}
