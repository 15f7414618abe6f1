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

    /// <summary>The most steps that a path allows.</summary>
    public static int MostSteps(PathKind path) => path == PathKind.VariancePreservingDiscrete ? VariancePreservingDiscretePath.Steps : int.MaxValue - 1;

    /// <summary>The grid of a path: <see cref="Uniform"/>, or for a discrete path the times of whole steps, spread as DiT respaces its 1000 steps.</summary>
    /// <inheritdoc cref="Of(PathKind, int, TimeGridConfig, double)"/>
    public static double[] Of(PathKind path, int steps, double shift = 1) => Of(path, steps, new TimeGridConfig(), shift);

    /// <summary>The grid of a path. On a discrete path times are those of whole steps: the uniform grid as DiT respaces its 1000 steps, others rounded.</summary>
    /// <param name="path">The path.</param>
    /// <param name="steps">Number of steps, at least 1; at most 1000 for a discrete path.</param>
    /// <param name="grid">How they are spread.</param>
    /// <param name="shift">1 changes nothing; more spends more steps near the noise. Given times are left as they are.</param>
    /// <returns>steps + 1 increasing times, the first 0 and the last 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps, the shift or the grid is out of range.</exception>
    public static double[] Of(PathKind path, int steps, TimeGridConfig grid, double shift = 1)
    {
        if (path != PathKind.VariancePreservingDiscrete) return Continuous(path, steps, grid, shift);
        const int whole = VariancePreservingDiscretePath.Steps;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, whole);
        if (steps == 1) return Uniform(1);
        if (grid.Kind != TimeGridKind.Uniform) return WholeSteps(Continuous(path, steps, grid, shift));
        var shifted = Uniform(steps - 1, shift);                                              // the steps 999 to 0 of DiT, then clean data
        return [.. shifted.Select(t => 1 - (Math.Round((whole - 1) * (1 - t)) + 1) / whole), 1];
    }

    /// <summary>The part of a grid from a time on.</summary>
    /// <param name="start">Time in [0, 1) to start at.</param>
    /// <param name="times">Rising times that end at 1.</param>
    /// <returns>The start and the times after it.</returns>
    internal static double[] From(double start, double[] times) => start <= times[0] ? times : [start, .. times.Where(t => t > start)];

    /// <summary>The grid before it is rounded to a discrete path's steps.</summary>
    internal static double[] Continuous(PathKind path, int steps, TimeGridConfig grid, double shift)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (grid.Validate(steps) is [var error, ..]) throw new ArgumentOutOfRangeException(nameof(grid), error);
        var uniform = Uniform(steps);
        return grid.Kind switch
        {
            TimeGridKind.Explicit => grid.Times!,
            TimeGridKind.Quadratic => [.. uniform.Select(u => TimeShift.Apply(1 - (1 - u) * (1 - u), shift))],
            TimeGridKind.Edm => BySigma(path, steps, grid, shift, sigma => Math.Pow(sigma, 1 / grid.Rho), root => Math.Pow(root, grid.Rho)),
            TimeGridKind.LogSnr => BySigma(path, steps, grid, shift, Math.Log, Math.Exp),
            _ => Uniform(steps, shift),
        };
    }

    /// <summary>Times rounded to whole steps of a discrete path, all different.</summary>
    internal static double[] WholeSteps(double[] times)
    {
        const int whole = VariancePreservingDiscretePath.Steps;
        var last = times.Length - 1;
        var left = whole;                                                                     // steps to go, from 1000 to 0
        return
        [
            .. times.Select((t, i) =>
            {
                if (i > 0) left = Math.Max(last - i, Math.Min(left - 1, (int)Math.Round(whole * (1 - t))));
                return i == last ? 1 : 1 - (double)left / whole;
            }),
        ];
    }

    // Pure noise, then the times at which a function of sigma / alpha is evenly spread between its values at the largest (not visited: it stands for the noise)
    // and the smallest, then data.
    private static double[] BySigma(PathKind path, int steps, TimeGridConfig grid, double shift, Func<double, double> function, Func<double, double> inverse)
    {
        var coefficients = ProbabilityPath.Create(path);
        var first = function(Math.Min(grid.SigmaMaximum, Math.Exp(-HalfLogSnr.At(coefficients, 0))));
        var last = function(grid.SigmaMinimum);
        double Time(int i) => HalfLogSnr.TimeOf(coefficients, -Math.Log(inverse(first + (last - first) * i / (steps - 1))));
        return [0, .. Enumerable.Range(1, steps - 1).Select(i => TimeShift.Apply(Time(i), shift)), 1];
    }
}
