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
}
