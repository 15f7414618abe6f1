using System.Diagnostics;
using Msf.Data;

namespace Msf.Cli;

/// <summary>Shows where encoding stands: one line that is rewritten on a terminal, a line every half minute elsewhere.</summary>
/// <param name="output">Standard error.</param>
internal sealed class EncodingProgressLine(TextWriter output) : IProgress<LatentEncodingProgress>, IDisposable
{
    private readonly StatusLine _line = new(output, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30));
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    /// <inheritdoc/>
    public void Report(LatentEncodingProgress value)
    {
        if (!_line.IsDue()) return;
        var rate = value.Images / Math.Max(_sinceStart.Elapsed.TotalSeconds, 1e-3);
        _line.Write($"{value.Images:N0}/{value.Total:N0} images encoded, {rate:F1} images/s, {StatusLine.Left(value.Total - value.Images, rate)}");
    }

    /// <summary>Ends an open line.</summary>
    public void Dispose() => _line.Finish();
}
