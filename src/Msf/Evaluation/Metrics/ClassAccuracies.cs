using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>How often a network's most probable class is the one that images were made for.</summary>
public static class ClassAccuracies
{
    /// <summary>Counts, class by class.</summary>
    /// <param name="probabilities">(N, K).</param>
    /// <param name="labels">Class of every image, 0 to K - 1, as the network counts; N of them.</param>
    /// <param name="names">Names of the K classes.</param>
    /// <param name="shown">Classes that are reported, in this order; all when null. Images of others count as mistaken like any.</param>
    /// <exception cref="ArgumentException">Numbers do not fit, or a label is out of range.</exception>
    public static ClassAccuracy[] Of(Tensor probabilities, ReadOnlySpan<long> labels, IReadOnlyList<string> names, IReadOnlyList<int>? shown = null)
    {
        ShapeGuard.Require(probabilities, "probabilities", labels.Length, names.Count);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var seen = probabilities.argmax(1).cpu().data<long>().ToArray();
        var table = new long[names.Count, names.Count];                                      // made for, seen
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= names.Count) throw new ArgumentException($"label {labels[i]} is none of the {names.Count} classes.", nameof(labels));
            table[labels[i], seen[i]]++;
        }
        return [.. (shown ?? [.. Enumerable.Range(0, names.Count)]).Select(label =>
        {
            var row = Enumerable.Range(0, names.Count).Select(k => table[label, k]).ToArray();
            var wrong = Enumerable.Range(0, names.Count).Where(k => k != label && row[k] > 0).OrderByDescending(k => row[k]).Select(k => names[k]).FirstOrDefault();
            return new ClassAccuracy(names[label], row.Sum(), row[label], wrong);
        })];
    }
}
