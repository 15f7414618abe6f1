namespace Msf.Sampling;

/// <summary>Least squares without negative coefficients, by coordinate descent: for a handful of unknowns.</summary>
internal static class NonNegativeLeastSquares
{
    private const int MostSweeps = 100_000;
    private const double Tolerance = 1e-12;

    /// <summary>The x of at least 0 that makes |A x - b| least.</summary>
    /// <param name="a">Rows of A, all of one length.</param>
    /// <param name="b">As many numbers as rows.</param>
    /// <returns>One number per column; 0 for a column of zeros.</returns>
    internal static double[] Solve(double[][] a, double[] b)
    {
        var columns = a[0].Length;
        var norms = Enumerable.Range(0, columns).Select(j => Math.Sqrt(a.Sum(row => row[j] * row[j]))).ToArray();
        var (x, residual) = (new double[columns], b.ToArray());                               // of columns scaled to length 1
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            var moved = 0.0;
            for (var j = 0; j < columns; j++)
            {
                if (norms[j] == 0) continue;
                var slope = 0.0;
                for (var i = 0; i < a.Length; i++) slope += a[i][j] / norms[j] * residual[i];
                var step = Math.Max(x[j] + slope, 0) - x[j];
                x[j] += step;
                moved = Math.Max(moved, Math.Abs(step));
                for (var i = 0; i < a.Length; i++) residual[i] -= step * a[i][j] / norms[j];
            }
            if (moved <= Tolerance) break;
        }
        return [.. x.Zip(norms, (value, norm) => norm == 0 ? 0 : value / norm)];
    }
}
