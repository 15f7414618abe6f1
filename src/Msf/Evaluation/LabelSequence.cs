namespace Msf.Evaluation;

/// <summary>Classes of samples that are to be compared with data.</summary>
public static class LabelSequence
{
    /// <summary>
    /// Labels whose shares follow those of the data as closely as whole numbers can, at any length: each label is that of the class which lags behind most. The first n of a
    /// longer sequence are the sequence of n.
    /// </summary>
    /// <param name="counts">Images of every class in the data; at least one.</param>
    /// <param name="length">Number of labels.</param>
    /// <exception cref="ArgumentException">There is no image, or a negative count.</exception>
    public static int[] Proportional(IReadOnlyList<long> counts, int length)
    {
        var total = (double)counts.Sum();
        if (total <= 0 || counts.Any(count => count < 0)) throw new ArgumentException("the classes have no images; labels follow their numbers.", nameof(counts));
        var given = new int[counts.Count];
        var labels = new int[length];
        for (var i = 0; i < length; i++)
        {
            var label = 0;
            for (var k = 1; k < given.Length; k++)
                if (Lag(k, i) > Lag(label, i)) label = k;
            given[label]++;
            labels[i] = label;
        }
        return labels;

        double Lag(int k, int i) => counts[k] / total * (i + 1) - given[k];
    }
}
