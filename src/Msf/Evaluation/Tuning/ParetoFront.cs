namespace Msf.Evaluation;

/// <summary>Which settings are worth their cost.</summary>
public static class ParetoFront
{
    /// <summary>The measurements that no other beats in both cost and distance, by rising cost and so by falling distance.</summary>
    /// <param name="measured">Measurements of one count.</param>
    public static IReadOnlyList<TuningMeasurement> Of(IEnumerable<TuningMeasurement> measured)
    {
        var front = new List<TuningMeasurement>();
        foreach (var next in measured.OrderBy(m => m.MultiplyAdds).ThenBy(m => m.Distance))
            if (front.Count == 0 || next.Distance < front[^1].Distance) front.Add(next);
        return front;
    }

    /// <summary>All measurements in layers: the front, the front of the rest, and so on.</summary>
    /// <param name="measured">Measurements of one count.</param>
    public static IReadOnlyList<IReadOnlyList<TuningMeasurement>> Layers(IEnumerable<TuningMeasurement> measured)
    {
        var layers = new List<IReadOnlyList<TuningMeasurement>>();
        for (var rest = measured.ToList(); rest.Count > 0;)
        {
            var front = Of(rest);
            layers.Add(front);
            rest = [.. rest.Except(front, ReferenceEqualityComparer.Instance).Cast<TuningMeasurement>()];
        }
        return layers;
    }

    /// <summary>Whether another measurement costs no more and is nearer to the data by more than the noise explains.</summary>
    /// <param name="measured">A measurement.</param>
    /// <param name="others">Measurements of the same count.</param>
    /// <param name="deviations">Standard errors of the difference that count as noise.</param>
    public static bool IsClearlyBeaten(TuningMeasurement measured, IEnumerable<TuningMeasurement> others, double deviations) => others.Any(other =>
        other.MultiplyAdds <= measured.MultiplyAdds && other.Distance + deviations * other.ErrorOfDifference(measured) < measured.Distance);
}
