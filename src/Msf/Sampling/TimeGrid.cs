using Msf.Diffusion;

namespace Msf.Sampling;

/// <summary>The times a solver visits, from noise (t = 0) to data (t = 1).</summary>
public static class TimeGrid
{
    /// <summary>Equal steps, moved by a resolution-dependent shift (Esser et al. 2024, eq. 23).</summary>
    /// <param name="steps">Number of steps, at least 1.</param>
    /// <param name="shift">1 leaves the grid uniform; more spends more steps near the noise.</param>
    /// <returns>steps + 1 increasing times, the first 0 and the last 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no step, or the shift is not a finite number above 0.</exception>
    public static double[] Uniform(int steps, double shift = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var times = new double[steps + 1];
        for (var i = 0; i <= steps; i++) times[i] = TimeShift.Apply((double)i / steps, shift);
        return times;
    }

    /// <summary>The grid of a path: <see cref="Uniform"/>, or for a discrete path the times of whole steps, spread as DiT respaces its 1000 steps.</summary>
    /// <param name="path">The path.</param>
    /// <param name="steps">Number of steps, at least 1; at most 1000 for a discrete path.</param>
    /// <param name="shift">1 leaves the grid uniform; more spends more steps near the noise.</param>
    /// <returns>steps + 1 increasing times, the first 0 and the last 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps or the shift is out of range.</exception>
    public static double[] Of(PathKind path, int steps, double shift = 1)
    {
        if (path != PathKind.VariancePreservingDiscrete) return Uniform(steps, shift);
        const int whole = VariancePreservingDiscretePath.Steps;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, whole);
        if (steps == 1) return Uniform(1);
        var shifted = Uniform(steps - 1, shift);                                              // the steps 999 to 0 of DiT, then clean data
        return [.. shifted.Select(t => 1 - (Math.Round((whole - 1) * (1 - t)) + 1) / whole), 1];
    }

    /// <summary>The part of a grid from a time on.</summary>
    /// <param name="start">Time in [0, 1) to start at.</param>
    /// <param name="times">Rising times that end at 1.</param>
    /// <returns>The start and the times after it.</returns>
    internal static double[] From(double start, double[] times) => start <= times[0] ? times : [start, .. times.Where(t => t > start)];
}
