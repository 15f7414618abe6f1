using System.Diagnostics;
using Msf.Data;

namespace Msf.Cli;

/// <summary>Shows where a download stands: a bar that is rewritten on a terminal, elsewhere a line at every tenth of a file.</summary>
/// <param name="output">Standard error.</param>
internal sealed class DownloadProgressLine(TextWriter output) : IProgress<DownloadProgress>, IDisposable
{
    private const int BarWidth = 30;
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(0.2);
    private readonly bool _rewrites = !Console.IsErrorRedirected && ReferenceEquals(output, Console.Error);
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private readonly Stopwatch _sinceStart = new();
    private string? _file;
    private long _first;
    private int _tenths;
    private bool _open;

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        if (value.File != _file)
        {
            Finish();
            (_file, _first, _tenths) = (value.File, value.Bytes, 0);
            _sinceStart.Restart();
        }
        var whole = value.Bytes == value.Total;
        if (_rewrites)
        {
            if (_sinceLine.Elapsed < _interval && !whole) return;
            _sinceLine.Restart();
            output.Write($"\r{Line(value)}\u001b[K");
            _open = true;
            return;
        }
        var tenths = value.Total is > 0 and var total ? (int)(10 * value.Bytes / total) : (int)(value.Bytes / 10_000_000);
        if (tenths <= _tenths) return;
        _tenths = tenths;
        output.WriteLine(Line(value));
    }

    /// <summary>Ends an open line.</summary>
    public void Finish()
    {
        if (_open) output.WriteLine();
        _open = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Finish();

    private string Line(DownloadProgress value)
    {
        var rate = (value.Bytes - _first) / Math.Max(_sinceStart.Elapsed.TotalSeconds, 1e-3);
        var speed = $"{rate / 1e6:F1} MB/s";
        if (value.Total is not (> 0 and var total)) return $"{value.File}  {value.Bytes / 1e6:F1} MB, {speed}";
        var done = (double)value.Bytes / total;
        var bar = new string('#', (int)(BarWidth * done)).PadRight(BarWidth, '-');
        var left = rate > 0 && value.Bytes < total ? $", {StatusLine.Left(total - value.Bytes, rate)}" : "";
        return $"{value.File}  [{bar}] {100 * done:F0} % of {total / 1e6:F1} MB, {speed}{left}";
    }
}
