using System.Globalization;

namespace Msf.Data;

/// <summary>
/// WebDataset shards: uncompressed tar files in which <c>KEY.jpg</c> (png, webp, bmp) lies beside <c>KEY.cls</c>, a class by number or name, or
/// <c>KEY.json</c> with a <c>label</c>. The headers are walked once; an image is read from its place. Nothing stays open.
/// </summary>
public sealed class WebDatasetImageSource : IImageSource, IEncodedImageSource
{
    private const long LargestImage = 1L << 30;

    private readonly string[] _shards;
    private readonly List<(int Shard, TarMember Member)> _images = [];
    private readonly int[] _labels;

    /// <summary>Opens a set and reads the classes of its images.</summary>
    /// <param name="name">What to call the set.</param>
    /// <param name="shards">Its tar files, at least one; their samples follow one another in this order.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or cut, or an image has no class.</exception>
    public WebDatasetImageSource(string name, IReadOnlyList<string> shards)
    {
        Name = name;
        _shards = [.. shards];
        var classes = new List<SampleClass>();
        for (var shard = 0; shard < _shards.Length; shard++)
            foreach (var (image, known) in WebDatasetShard.Read(_shards[shard]))
            {
                _images.Add((shard, image));
                classes.Add(known);
            }
        string[] names;
        if (classes.All(known => known.Number is not null))
        {
            names = NumberedNames(classes);
            _labels = [.. classes.Select(known => known.Number!.Value)];
        }
        else
        {
            names = SortedNames(classes);
            var places = names.Select((className, label) => (className, label)).ToDictionary(pair => pair.className, pair => pair.label, StringComparer.Ordinal);
            _labels = [.. classes.Select(known => places[Text(known)])];
        }
        var counts = new int[names.Length];
        foreach (var label in _labels) counts[label]++;
        Classes = [.. names.Select((className, label) => new ImageClass(className, counts[label]))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _images.Count;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <inheritdoc/>
    public int LabelAt(int index) => _labels[Checked(index)];

    /// <inheritdoc/>
    public string NameAt(int index)
    {
        var (shard, member) = _images[Checked(index)];
        return $"{Path.GetFileName(_shards[shard])}/{member.Name}";
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
        var (shard, member) = _images[Checked(index)];
        if (member.Size > LargestImage) throw new InvalidDataException($"{NameAt(index)} is a file of {member.Size} bytes, at most {LargestImage} are accepted. Remove it.");
        var bytes = new byte[member.Size];
        using var archive = File.OpenHandle(_shards[shard]);
        if (RandomAccess.Read(archive, bytes, member.Offset) < bytes.Length)
            throw new InvalidDataException($"{NameAt(index)} is out of reach: the shard became shorter after it was opened. Fetch it again.");
        return bytes;
    }

    // Numbers are the labels; a number that no sample names, or that no sample has, is its own name.
    private string[] NumberedNames(List<SampleClass> classes)
    {
        var names = Enumerable.Range(0, classes.Max(known => known.Number!.Value) + 1).Select(label => label.ToString(CultureInfo.InvariantCulture)).ToArray();
        var named = new bool[names.Length];
        foreach (var (number, name) in classes)
        {
            if (name is null) continue;
            var label = number!.Value;
            if (named[label] && names[label] != name) throw new InvalidDataException($"{Name} calls class {label} both \"{names[label]}\" and \"{name}\": name the shards of one set.");
            (names[label], named[label]) = (name, true);
        }
        return names;
    }

    private static string[] SortedNames(List<SampleClass> classes) => [.. classes.Select(Text).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    // Where some samples give names alone, all classes go by name.
    private static string Text(SampleClass known) => known.Name ?? known.Number!.Value.ToString(CultureInfo.InvariantCulture);

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }
}
