namespace Msf.Diffusion;

/// <summary>
/// Half the logarithm of the signal-to-noise ratio, <c>lambda = ln(alpha / sigma)</c>, the time in which exponential integrators work (Lu et al. 2022,
/// DPM-Solver). It rises with t on every path; it is infinite where alpha (the linear and the cosine path at t = 0) or sigma (t = 1) is 0.
/// </summary>
public static class HalfLogSnr
{
    /// <summary>lambda at a time.</summary>
    /// <param name="path">The path.</param>
    /// <param name="t">Time in [0, 1].</param>
    public static double At(ProbabilityPath path, double t)
    {
        // The cosine of a quarter turn is not exactly 0.
        if (t >= 1) return double.PositiveInfinity;
        var at = path.At(t);
        return Math.Log(at.Alpha / at.Sigma);
    }

    /// <summary>The time at which lambda has a value; 0 where it is above that everywhere.</summary>
    /// <param name="path">The path.</param>
    /// <param name="lambda">Any number.</param>
    /// <returns>Time in [0, 1], to the last bit or two.</returns>
    public static double TimeOf(ProbabilityPath path, double lambda)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 64 && low < high; i++)
        {
            var middle = low + (high - low) / 2;
            if (At(path, middle) < lambda) low = middle;
            else high = middle;
        }
        return low == 0 ? 0 : high;
    }
}
