namespace Msf.Evaluation;

/// <summary>Which of a network's classes are those of the samples.</summary>
/// <param name="Names">Names of the network's classes.</param>
/// <param name="Labels">For every class of the samples the network's.</param>
internal sealed record ClassMapping(IReadOnlyList<string> Names, int[] Labels)
{
    /// <summary>By name where the network's manifest names its classes, else in order where there are as many; null where neither fits.</summary>
    public static ClassMapping? Of(SetDescription set, int classes)
    {
        if (set.Classes.Length == 0) return null;
        if (set.NetworkClasses.Length == 0) return set.Classes.Length == classes ? new ClassMapping(set.Classes, [.. Enumerable.Range(0, classes)]) : null;
        int[] labels = [.. set.Classes.Select(name => Array.IndexOf(set.NetworkClasses, name))];
        return set.NetworkClasses.Length == classes && !labels.Contains(-1) ? new ClassMapping(set.NetworkClasses, labels) : null;
    }
}
