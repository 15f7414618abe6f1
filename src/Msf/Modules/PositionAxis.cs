namespace Msf.Modules;

/// <summary>The places along one axis of a grid, and the frequencies by which they are encoded.</summary>
/// <param name="length">Patches along the axis, at least 1.</param>
/// <param name="trained">Patches along the axis in training, at least 1.</param>
/// <param name="scaling">What places become where the two differ.</param>
internal readonly struct PositionAxis(int length, int trained, PositionScaling scaling)
{
    private const double MaxPeriod = 10000.0;

    /// <summary>The position of a patch, in patches of training from the first one's centre.</summary>
    /// <param name="place">0 to length - 1.</param>
    public double Position(int place) =>
        // The centres of both grids' patches in units of the extent that they share.
        length == trained || scaling != PositionScaling.Interpolation ? place : (place + 0.5) * trained / length - 0.5;

    /// <summary>
    /// The base b of the frequencies b^(-i / n): with the ratio s of the lengths, NTK-aware scaling takes b s^(n / (n - 1)), which leaves
    /// the fastest frequency as it is and divides the slowest by s.
    /// </summary>
    /// <param name="frequencies">Their number n, at least 1; a single one has no base to change.</param>
    public double Base(int frequencies) =>
        length == trained || scaling != PositionScaling.NtkAware || frequencies < 2
            ? MaxPeriod
            : MaxPeriod * Math.Pow((double)length / trained, frequencies / (frequencies - 1.0));
}
