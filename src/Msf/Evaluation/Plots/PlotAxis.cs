using System.Globalization;

namespace Msf.Evaluation;

/// <summary>One axis of a <see cref="Plot"/>.</summary>
/// <param name="Label">What it shows, with its unit.</param>
/// <param name="Logarithmic">Whether equal distances are equal ratios; then only values above 0 have a place.</param>
public sealed record PlotAxis(string Label, bool Logarithmic = false)
{
    private const double Margin = 0.06;
    private static readonly int[] _digits = [1, 2, 5, 10];

    /// <summary>Whether a value has a place on the axis.</summary>
    internal bool Takes(double value) => double.IsFinite(value) && (!Logarithmic || value > 0);

    /// <summary>The place of a value before it is scaled to the picture.</summary>
    internal double Place(double value) => Logarithmic ? Math.Log10(value) : value;

    /// <summary>Ends of the axis for some values, with a margin, as places.</summary>
    internal (double Least, double Most) Range(IEnumerable<double> values)
    {
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values.Where(Takes)) (least, most) = (Math.Min(least, Place(value)), Math.Max(most, Place(value)));
        if (least > most) return (0, 1);
        var margin = most > least ? Margin * (most - least) : Logarithmic ? 0.1 : Math.Max(1e-9, 0.1 * Math.Abs(most));
        return (least - margin, most + margin);
    }

    /// <summary>Round values between two places.</summary>
    internal IReadOnlyList<(double Place, string Text)> Ticks(double least, double most)
    {
        var values = Logarithmic ? LogarithmicTicks(least, most) : LinearTicks(least, most, 6);
        return [.. values.Where(value => Place(value) >= least && Place(value) <= most).Select(value => (Place(value), value.ToString("G4", CultureInfo.InvariantCulture)))];
    }

    private static IEnumerable<double> LogarithmicTicks(double least, double most)
    {
        if (most - least < 0.7) return LinearTicks(Math.Pow(10, least), Math.Pow(10, most), 6);
        double[] digits = most - least > 3 ? [1] : most - least > 1.5 ? [1, 3] : [1, 2, 3, 5, 7];
        return from power in Enumerable.Range((int)Math.Floor(least), (int)(Math.Ceiling(most) - Math.Floor(least)) + 1)
               from digit in digits
               select digit * Math.Pow(10, power);
    }

    private static IEnumerable<double> LinearTicks(double least, double most, int about)
    {
        var rough = (most - least) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = _digits.First(digit => digit * power >= rough) * power;
        for (var i = (long)Math.Ceiling(least / step); i * step <= most; i++) yield return Math.Round(i * step, 12);
    }
}
