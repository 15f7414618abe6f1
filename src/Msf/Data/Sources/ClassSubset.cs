namespace Msf.Data;

/// <summary>Some classes of another source, relabelled in the order in which they are named.</summary>
public sealed class ClassSubset : IImageSource, IEncodedImageSource
{
    private readonly IImageSource _source;
    private readonly List<(int Index, int Label)> _kept = [];

    /// <summary>Keeps the named classes.</summary>
    /// <param name="source">The whole set; disposed with this one.</param>
    /// <param name="classes">Names of the classes to keep, in the order of their new labels.</param>
    /// <exception cref="ArgumentException">A named class does not exist, or is named twice, or the list is empty.</exception>
    public ClassSubset(IImageSource source, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(classes);
        CheckNames(classes, [.. source.Classes.Select(known => known.Name)], source.Name);
        _source = source;
        var labels = source.Classes.Select(known => classes.ToList().IndexOf(known.Name)).ToArray();
        for (var i = 0; i < source.Count; i++)
            if (labels[source.LabelAt(i)] is >= 0 and var label) _kept.Add((i, label));
        Classes = [.. classes.Select(name => source.Classes.First(known => known.Name == name))];
    }

    /// <inheritdoc/>
    public string Name => _source.Name;

    /// <inheritdoc/>
    public int Count => _kept.Count;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <inheritdoc/>
    public int LabelAt(int index) => _kept[index].Label;

    /// <inheritdoc/>
    public string NameAt(int index) => _source.NameAt(_kept[index].Index);

    /// <inheritdoc/>
    public LabeledImage Read(int index) => _source.Read(_kept[index].Index) with { Label = _kept[index].Label };

    byte[]? IEncodedImageSource.ReadEncoded(int index) => (_source as IEncodedImageSource)?.ReadEncoded(_kept[index].Index);

    /// <summary>Disposes the whole set.</summary>
    public void Dispose() => _source.Dispose();

    /// <summary>Requires each name once, and all of them to exist.</summary>
    /// <exception cref="ArgumentException">A named class does not exist, or is named twice, or the list is empty.</exception>
    internal static void CheckNames(IReadOnlyList<string> classes, IReadOnlyList<string> present, string source)
    {
        if (classes.Count == 0) throw new ArgumentException("The list of classes to keep is empty: name at least one.");
        if (classes.Distinct(StringComparer.Ordinal).Count() != classes.Count)
            throw new ArgumentException($"A class is named twice: {string.Join(", ", classes)}.");
        foreach (var name in classes)
            if (!present.Contains(name, StringComparer.Ordinal))
                throw new ArgumentException(
                    $"{source} has no class \"{name}\": its classes are {string.Join(", ", present)}.");
    }
}
