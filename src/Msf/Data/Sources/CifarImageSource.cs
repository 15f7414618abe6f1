using Microsoft.Win32.SafeHandles;

namespace Msf.Data;

/// <summary>
/// The binary version of CIFAR-10: rows of 3,073 bytes, a label and then 32x32 red, green and blue values plane by plane.
/// Files stay open and are read on demand.
/// </summary>
public sealed class CifarImageSource : IImageSource
{
    private const int Side = 32;
    private const int Plane = Side * Side;
    private const int RowBytes = 1 + 3 * Plane;
    private const int RowsAtOnce = 256;

    private readonly List<(SafeFileHandle Handle, string Name, int FirstRow)> _files = [];
    private readonly List<byte> _labels = [];

    /// <summary>Opens a set.</summary>
    /// <param name="path">
    /// One .bin file, or a folder: its data_batch_*.bin files (the training set; name test_batch.bin itself for the test set), or all
    /// its .bin files where there are none of that name. Class names come from batches.meta.txt beside them, by default the
    /// names of CIFAR-10.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file, or the folder has no .bin file.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message says what is wrong.</exception>
    public CifarImageSource(string path)
    {
        var files = Files(path);
        Name = path;
        var folder = Path.GetDirectoryName(Path.GetFullPath(files[0]))!;
        var names = ClassNameFile.ReadIfPresent(Path.Combine(folder, "batches.meta.txt")) ?? Cifar10Classes;
        try
        {
            foreach (var file in files) Open(file, names.Count);
        }
        catch
        {
            Dispose();
            throw;
        }
        Classes = ClassCounts.Of(names, [.. _labels]);
    }

    /// <summary>The classes of CIFAR-10 in the order of their labels.</summary>
    public static IReadOnlyList<string> Cifar10Classes { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _labels.Count;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <inheritdoc/>
    public int LabelAt(int index) => _labels[Checked(index)];

    /// <inheritdoc/>
    public string NameAt(int index)
    {
        var file = FileOf(Checked(index));
        return $"{file.Name}[{index - file.FirstRow}]";
    }

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var file = FileOf(Checked(index));
        var row = new byte[RowBytes];
        if (RandomAccess.Read(file.Handle, row, (long)(index - file.FirstRow) * RowBytes) < RowBytes)
            throw new InvalidDataException($"{NameAt(index)} cannot be read: the file became shorter after it was opened. Fetch it again.");
        var pixels = new byte[3 * Plane];
        for (var channel = 0; channel < 3; channel++)
            for (var i = 0; i < Plane; i++)
                pixels[3 * i + channel] = row[1 + channel * Plane + i];
        return new LabeledImage(new RgbImage(pixels, Side, Side), _labels[index], NameAt(index));
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _files) file.Handle.Dispose();
    }

    private static string[] Files(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new FileNotFoundException($"There is no CIFAR-10 file or folder {path}.", path);
        var files = Directory.GetFiles(path, "data_batch_*.bin");
        if (files.Length == 0) files = Directory.GetFiles(path, "*.bin");
        if (files.Length == 0) throw new FileNotFoundException($"The folder {path} has no .bin file of CIFAR-10.", path);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private void Open(string path, int classes)
    {
        var name = Path.GetFileName(path);
        var handle = File.OpenHandle(path);
        _files.Add((handle, name, _labels.Count));
        var length = RandomAccess.GetLength(handle);
        if (length == 0 || length % RowBytes != 0)
            throw new InvalidDataException(
                $"{name} is not a usable CIFAR-10 file: it has {length} bytes, expected one or more rows of {RowBytes}. Fetch it again.");

        var rows = new byte[RowsAtOnce * RowBytes];
        for (long offset = 0; offset < length;)
        {
            var got = RandomAccess.Read(handle, rows, offset);
            for (var at = 0; at + RowBytes <= got; at += RowBytes) AddLabel(rows[at], name, classes);
            if (got < RowBytes) throw new InvalidDataException($"{name} became shorter while it was read. Fetch it again.");
            offset += got - got % RowBytes;
        }
    }

    private void AddLabel(byte label, string name, int classes)
    {
        if (label >= classes)
            throw new InvalidDataException(
                $"{name} is not a usable CIFAR-10 file: row {_labels.Count - _files[^1].FirstRow} has label {label}, "
                + $"expected 0 to {classes - 1}. Fetch it again.");
        _labels.Add(label);
    }

    private (SafeFileHandle Handle, string Name, int FirstRow) FileOf(int index) => _files.FindLast(file => file.FirstRow <= index);

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }
}
