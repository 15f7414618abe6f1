namespace Msf.Data;

/// <summary>Counts images by class.</summary>
internal static class ClassCounts
{
    /// <summary>The classes with the number of labels that name each.</summary>
    public static IReadOnlyList<ImageClass> Of(IReadOnlyList<string> names, ReadOnlySpan<byte> labels)
    {
        var counts = new int[names.Count];
        foreach (var label in labels) counts[label]++;
        return [.. names.Select((name, label) => new ImageClass(name, counts[label]))];
    }
}
