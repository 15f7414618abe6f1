using System.Globalization;

namespace Msf.Data;

/// <summary>
/// Parquet files as the Hugging Face hub ships image sets: encoded images in the member <c>bytes</c> of a column <c>image</c> or <c>img</c>,
/// classes in a column <c>label</c>, <c>labels</c> or <c>fine_label</c>. Images are read by row group; the groups used last are kept.
/// </summary>
public sealed class ParquetImageSource : IImageSource, IEncodedImageSource
{
    /// <summary>Most bytes of encoded images kept in memory: 256 MiB.</summary>
    public const long CacheBytes = 256L << 20;

    private const int MostClasses = 1 << 16;

    private readonly List<(ParquetFile File, int Group, int FirstRow, int FileRow)> _groups = [];
    private readonly int[] _labels;
    private readonly RowGroupCache _cache;

    /// <summary>Opens a set and reads the classes of its images.</summary>
    /// <param name="name">What to call the set.</param>
    /// <param name="files">Its files, at least one; their rows follow one another in this order.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, holds no labelled images, or has other classes than the first.</exception>
    public ParquetImageSource(string name, IReadOnlyList<string> files) : this(name, files, CacheBytes)
    {
    }

    internal ParquetImageSource(string name, IReadOnlyList<string> files, long cacheBytes)
    {
        Name = name;
        var opened = files.Select(ParquetFile.Open).ToArray();
        foreach (var file in opened) Add(file);
        var names = Names(opened);
        _labels = Labels(opened, names);
        var counts = new int[names.Length];
        foreach (var label in _labels) counts[label]++;
        Classes = [.. names.Select((className, label) => new ImageClass(className, counts[label]))];
        _cache = new RowGroupCache(cacheBytes, group => _groups[group].File.ReadImages(_groups[group].Group));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <inheritdoc/>
    public int LabelAt(int index) => _labels[Checked(index)];

    /// <inheritdoc/>
    public string NameAt(int index)
    {
        var group = _groups[GroupOf(Checked(index))];
        return string.Create(CultureInfo.InvariantCulture, $"{group.File.Name}[{group.FileRow + index - group.FirstRow}]");
    }

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var (image, name) = (Encoded(index), NameAt(index));
        return new LabeledImage(ImageDecoder.Decode(image, name), _labels[index], name);
    }

    byte[] IEncodedImageSource.ReadEncoded(int index) => Encoded(index);

    /// <summary>Does nothing: no file stays open.</summary>
    public void Dispose()
    {
    }

    private byte[] Encoded(int index)
    {
        var group = GroupOf(Checked(index));
        return _cache.Get(group)[index - _groups[group].FirstRow]
            ?? throw new InvalidDataException($"{NameAt(index)} has no image bytes (a path alone is no image). Remove the row.");
    }

    private void Add(ParquetFile file)
    {
        var row = 0;
        for (var group = 0; group < file.GroupRows.Count; group++)
        {
            _groups.Add((file, group, Count, row));
            if (Count > int.MaxValue - file.GroupRows[group]) throw new InvalidDataException($"{Name} has more than {int.MaxValue} rows: name fewer files.");
            Count += file.GroupRows[group];
            row += file.GroupRows[group];
        }
    }

    private static string[] Names(ParquetFile[] files)
    {
        var first = files[0];
        if (files.FirstOrDefault(file => file.LabelNames is null != first.LabelNames is null || !Same(file.ClassNames, first.ClassNames)) is { } other)
            throw new InvalidDataException($"{other.Name} has other classes than {first.Name}: name the files of one set.");
        if (first.LabelNames is not null) return [.. files.SelectMany(file => file.LabelNames!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (first.ClassNames is { } known) return known;
        var most = files.Max(file => file.Labels.Max());
        if (most >= MostClasses) throw new InvalidDataException($"{first.Name} or another file has class {most}, expected 0 to {MostClasses - 1}.");
        return [.. Enumerable.Range(0, (int)Math.Max(most, 0) + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }

    private static bool Same(string[]? a, string[]? b) => a is null ? b is null : b is not null && a.SequenceEqual(b);

    private static int[] Labels(ParquetFile[] files, string[] names)
    {
        if (files[0].LabelNames is not null)
        {
            var places = names.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label, StringComparer.Ordinal);
            return [.. files.SelectMany(file => file.LabelNames!).Select(name => places[name])];
        }
        return [.. files.SelectMany(file => file.Labels.Select((label, row) => label >= 0 && label < names.Length
            ? (int)label
            : throw new InvalidDataException(
                $"{file.Name} has class {label} in row {row}, expected 0 to {names.Length - 1}{(label == -1 ? " (-1 marks a test set without classes; name other files)" : "")}.")))];
    }

    private int GroupOf(int index)
    {
        var (low, high) = (0, _groups.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_groups[middle].FirstRow <= index) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }
}
