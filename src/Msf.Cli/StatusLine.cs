using System.Diagnostics;

namespace Msf.Cli;

/// <summary>A line about long work: rewritten in place on a terminal, a line of its own now and then elsewhere.</summary>
/// <param name="output">Standard error.</param>
/// <param name="terminalInterval">Time between two lines on a terminal.</param>
/// <param name="logInterval">Time between two lines elsewhere.</param>
internal sealed class StatusLine(TextWriter output, TimeSpan terminalInterval, TimeSpan logInterval)
{
    private readonly bool _rewrites = !Console.IsErrorRedirected && ReferenceEquals(output, Console.Error);
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private bool _open;

    /// <summary>Whether it is time for a line; it is then counted as written.</summary>
    internal bool IsDue()
    {
        if (_sinceLine.Elapsed < (_rewrites ? terminalInterval : logInterval)) return false;
        _sinceLine.Restart();
        return true;
    }

    /// <summary>Writes the line.</summary>
    internal void Write(string line)
    {
        if (_rewrites) output.Write($"\r{line}\u001b[K");
        else output.WriteLine(line);
        _open = _rewrites;
    }

    /// <summary>Time that is left, in hours, minutes and seconds; a day is 24 hours.</summary>
    internal static string Left(TimeSpan time) => $"{(int)time.TotalHours:00}:{time:mm\\:ss} left";

    /// <summary>The same for work that is left, at a rate a second above 0.</summary>
    internal static string Left(double work, double rate) => Left(TimeSpan.FromSeconds(Math.Min(work / rate, 3e6)));

    /// <summary>Ends an open line.</summary>
    internal void Finish()
    {
        if (_open) output.WriteLine();
        _open = false;
    }
}
