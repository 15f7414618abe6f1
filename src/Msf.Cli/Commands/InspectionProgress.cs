using System.Globalization;

namespace Msf.Cli.Commands;

/// <summary>Writes a line at every tenth of an inspection that takes more than a moment.</summary>
/// <param name="output">Standard error.</param>
/// <param name="count">Images in the set.</param>
internal sealed class InspectionProgress(TextWriter output, int count) : IProgress<int>
{
    /// <summary>A set with fewer images is inspected silently.</summary>
    internal const int LeastCount = 10_000;

    private readonly Lock _gate = new();
    private int _tenths;

    /// <inheritdoc/>
    public void Report(int value)
    {
        if (count < LeastCount) return;
        lock (_gate)
        {
            var tenths = (int)(10L * value / count);
            if (tenths <= _tenths) return;
            _tenths = tenths;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value} of {count} images"));
        }
    }
}
