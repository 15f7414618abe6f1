namespace Msf.Evaluation;

/// <summary>Frechet distances of growing numbers of samples, and the line through them in 1/N.</summary>
/// <param name="Counts">Numbers of samples N.</param>
/// <param name="Distances">Distance of as many, chosen at random.</param>
/// <param name="Intercept">Where the line meets 1/N = 0: the distance of infinitely many samples.</param>
/// <param name="Slope">By what a distance of N samples exceeds it, times N.</param>
/// <param name="InterceptError">
/// Standard error of the intercept, from the distances' spread around the line. All of them are of one set of samples, whose noise they share and the line does not see: <see cref="StandardError"/> has both.
/// </param>
public sealed record FrechetExtrapolation(long[] Counts, double[] Distances, double Intercept, double Slope, double InterceptError)
{
    /// <summary>Standard error of the intercept over drawing the samples anew: the root of the sum of the squares of <see cref="InterceptError"/> and of the error of the distance of all samples.</summary>
    /// <param name="ofDistance">The latter (<see cref="FrechetBootstrap"/>).</param>
    public double StandardError(double ofDistance) => Math.Sqrt(InterceptError * InterceptError + ofDistance * ofDistance);
}
