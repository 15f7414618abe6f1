namespace Msf.Data;

/// <summary>
/// An IDX pair (MNIST, Fashion-MNIST and their kin): grey images and their labels in two files, each plain or gzipped. Grey
/// values are repeated over the three channels. Both files are held in memory.
/// </summary>
public sealed class IdxImageSource : IImageSource
{
    private readonly IdxFile _images;
    private readonly byte[] _labels;

    /// <summary>Opens a pair.</summary>
    /// <param name="imagesPath">The images, (count, height, width).</param>
    /// <param name="labelsPath">The labels, (count).</param>
    /// <param name="classNames">Names of the classes in the order of their labels; by default the ten digits "0" to "9".</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, a label has no class, or the counts differ.</exception>
    public IdxImageSource(string imagesPath, string labelsPath, IReadOnlyList<string>? classNames = null)
    {
        _images = IdxFile.Read(imagesPath, rank: 3);
        _labels = ReadLabels(labelsPath, classNames ?? Digits);
        Name = imagesPath;
        if (_labels.Length != Count)
            throw new InvalidDataException(
                $"{Path.GetFileName(labelsPath)} has {_labels.Length} labels for the {Count} images of {_images.Name}: "
                + "these two are not a pair.");
        Classes = ClassCounts.Of(classNames ?? Digits, _labels);
    }

    /// <summary>Class names of a pair that comes without any.</summary>
    public static IReadOnlyList<string> Digits { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _images.Dimensions[0];

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>Reads and checks a label file alone.</summary>
    /// <param name="path">The labels, (count).</param>
    /// <param name="classNames">Names of the classes; a label must be smaller than their number.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or a label has no class.</exception>
    internal static byte[] ReadLabels(string path, IReadOnlyList<string> classNames)
    {
        var file = IdxFile.Read(path, rank: 1);
        for (var i = 0; i < file.Values.Length; i++)
            if (file.Values[i] >= classNames.Count)
                throw new InvalidDataException(
                    $"{file.Name} has label {file.Values[i]} at place {i}, expected 0 to {classNames.Count - 1} "
                    + $"for {classNames.Count} classes: list the class names in a classes.txt beside it, or fetch it again.");
        return file.Values;
    }

    /// <inheritdoc/>
    public int LabelAt(int index) => _labels[Checked(index)];

    /// <inheritdoc/>
    public string NameAt(int index) => $"{_images.Name}[{Checked(index)}]";

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        int height = _images.Dimensions[1], width = _images.Dimensions[2];
        var grey = _images.Values.AsSpan(Checked(index) * height * width, height * width);
        var pixels = new byte[3L * height * width];
        for (var i = 0; i < grey.Length; i++) pixels.AsSpan(3 * i, 3).Fill(grey[i]);
        return new LabeledImage(new RgbImage(pixels, width, height), _labels[index], NameAt(index));
    }

    /// <summary>Does nothing: the files were read and closed on opening.</summary>
    public void Dispose()
    {
    }

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }
}
