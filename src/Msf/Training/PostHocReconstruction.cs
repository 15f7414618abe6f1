namespace Msf.Training;

/// <summary>
/// Builds an average of any width from stored ones (Karras et al. 2024, section 3.2 and algorithm 3): the combination of stored profiles that
/// comes closest, in the sense of least squares, to the profile that is wanted.
/// </summary>
/// <remarks>
/// Other than in the paper, the coefficients are held to the sum 1: few snapshots or a wide average would otherwise shrink all weights.
/// </remarks>
public sealed class PostHocReconstruction
{
    private PostHocReconstruction(double[] coefficients, double relativeError) => (Coefficients, RelativeError) = (coefficients, relativeError);

    /// <summary>What to multiply every stored average with; their sum is 1.</summary>
    public IReadOnlyList<double> Coefficients { get; }

    /// <summary>Norm of the difference between the profiles, wanted and built, over the norm of the one wanted.</summary>
    public double RelativeError { get; }

    /// <summary>Finds the combination.</summary>
    /// <param name="stored">Profiles of the stored averages, no two of them the same; at least one.</param>
    /// <param name="wanted">The profile to build.</param>
    /// <exception cref="ArgumentException">There is nothing stored.</exception>
    public static PostHocReconstruction Solve(IReadOnlyList<PowerFunctionProfile> stored, PowerFunctionProfile wanted)
    {
        var n = stored.Count;
        if (n == 0) throw new ArgumentException("nothing is stored; an average is built from at least one.", nameof(stored));
        // In units of the wanted average's images, so that all numbers are of the order of 1.
        var profiles = stored.Select(profile => profile with { Images = profile.Images / wanted.Images }).ToArray();
        var target = wanted with { Images = 1 };
        var system = new double[n + 1, n + 2];                                                // least squares, and a multiplier for the sum
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) system[i, j] = PowerFunctionProfile.InnerProduct(profiles[i], profiles[j]);
            system[i, n] = system[n, i] = 1;
            system[i, n + 1] = PowerFunctionProfile.InnerProduct(profiles[i], target);
        }
        system[n, n + 1] = 1;
        var coefficients = Solve(system)[..n];
        return new PostHocReconstruction(coefficients, Error(coefficients, profiles, target));
    }

    private static double Error(double[] coefficients, PowerFunctionProfile[] profiles, PowerFunctionProfile target)
    {
        var norm = PowerFunctionProfile.InnerProduct(target, target);
        var square = norm;
        for (var i = 0; i < profiles.Length; i++)
        {
            square -= 2 * coefficients[i] * PowerFunctionProfile.InnerProduct(profiles[i], target);
            for (var j = 0; j < profiles.Length; j++)
                square += coefficients[i] * coefficients[j] * PowerFunctionProfile.InnerProduct(profiles[i], profiles[j]);
        }
        return Math.Sqrt(Math.Max(0, square) / norm);
    }

    // Elimination with the largest pivot of the column; the last column is the right-hand side.
    private static double[] Solve(double[,] system)
    {
        var n = system.GetLength(0);
        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(system[row, column]));
            for (var k = column; k <= n; k++) (system[column, k], system[pivot, k]) = (system[pivot, k], system[column, k]);
            for (var row = column + 1; row < n; row++)
            {
                var factor = system[row, column] / system[column, column];
                if (factor == 0) continue;
                for (var k = column; k <= n; k++) system[row, k] -= factor * system[column, k];
            }
        }
        var solution = new double[n];
        for (var row = n - 1; row >= 0; row--)
        {
            var rest = Enumerable.Range(row + 1, n - row - 1).Sum(k => system[row, k] * solution[k]);
            solution[row] = (system[row, n] - rest) / system[row, row];
        }
        return solution;
    }
}
