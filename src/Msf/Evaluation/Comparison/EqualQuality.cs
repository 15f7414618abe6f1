namespace Msf.Evaluation;

/// <summary>What a curve of distance against cost costs where it reaches a given distance.</summary>
public static class EqualQuality
{
    /// <summary>
    /// The least cost at which a curve is at a distance or below it: between two points on the straight line through their logarithms. The first point's cost where that is good enough already,
    /// which is then an upper bound; null where the curve never gets there.
    /// </summary>
    /// <param name="curve">Costs and distances above 0, by rising cost.</param>
    /// <param name="distance">The distance to reach.</param>
    /// <returns>The cost, and whether it is only an upper bound.</returns>
    public static (double Cost, bool IsBound)? CostOf(IReadOnlyList<(double Cost, double Distance)> curve, double distance)
    {
        for (var i = 0; i < curve.Count; i++)
        {
            var (cost, reached) = curve[i];
            if (reached > distance) continue;
            if (i == 0) return (cost, true);
            var (before, from) = curve[i - 1];
            var part = Math.Log(from / distance) / Math.Log(from / reached);
            return (Math.Exp(Math.Log(before) + part * Math.Log(cost / before)), false);
        }
        return null;
    }
}
