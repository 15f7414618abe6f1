namespace Msf.Sampling;

/// <summary>The weights of UniPC (Zhao et al. 2023, arXiv 2302.04867, eqs. 5 and 8): those that integrate polynomials in half-log-SNR exactly.</summary>
internal static class UniPcWeights
{
    /// <summary>Solves <c>sum over j of r_j^i w_j = i! (i + 1) phi_(i+2)(-h) z / B</c> for i = 0, 1, ...; z / B is 1 / phi_1 for <see cref="UniPcVariant.Bh2"/>, 1 for the other.</summary>
    /// <param name="h">Step in half-log-SNR, finite.</param>
    /// <param name="ratios">Where data was seen, in steps from the start: negative for earlier steps, 1 for the end.</param>
    /// <param name="variant">B(h).</param>
    internal static double[] Solve(double h, double[] ratios, UniPcVariant variant)
    {
        var n = ratios.Length;
        var scale = variant == UniPcVariant.Bh2 ? 1 / Phi(1, -h) : 1;
        var rows = new double[n][];
        var factorial = 1.0;
        for (var i = 0; i < n; i++)
        {
            factorial *= i + 1;
            rows[i] = [.. ratios.Select(r => Math.Pow(r, i)), factorial * Phi(i + 2, -h) * scale];
        }
        return Eliminate(rows);
    }

    /// <summary>phi_0 = e^z, phi_(k+1) = (phi_k - 1 / k!) / z: the functions of exponential integrators.</summary>
    internal static double Phi(int k, double z)
    {
        if (Math.Abs(z) < 1)
        {
            // The power series, as the quotient would lose its digits: sum over j of z^j / (j + k)!
            var (term, sum) = (1.0, 0.0);
            for (var i = 2; i <= k; i++) term /= i;
            for (var j = 1; j <= 20; j++)
            {
                sum += term;
                term *= z / (j + k);
            }
            return sum;
        }
        var (phi, factorial) = (Math.Exp(z), 1.0);
        for (var i = 0; i < k; i++)
        {
            phi = (phi - 1 / factorial) / z;
            factorial *= i + 1;
        }
        return phi;
    }

    // Gauss elimination; the places differ, so that no pivot is 0 after the largest of its column is taken.
    private static double[] Eliminate(double[][] rows)
    {
        var n = rows.Length;
        for (var i = 0; i < n; i++)
        {
            var best = i;
            for (var j = i + 1; j < n; j++) if (Math.Abs(rows[j][i]) > Math.Abs(rows[best][i])) best = j;
            (rows[i], rows[best]) = (rows[best], rows[i]);
            for (var j = 0; j < n; j++)
            {
                if (j == i) continue;
                var factor = rows[j][i] / rows[i][i];
                for (var column = i; column <= n; column++) rows[j][column] -= factor * rows[i][column];
            }
        }
        return [.. rows.Select((row, i) => row[n] / row[i])];
    }
}
