using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// The images of an archive in the layout of ADM's evaluation, <c>arr_0</c> uint8 (N, H, W, 3) and, if they have classes, <c>arr_1</c> (N), read one batch after the other.
/// </summary>
public sealed class NpzImages : IDisposable
{
    private const string Images = "arr_0", Classes = "arr_1";

    private readonly NpzArchive _archive;
    private readonly int[] _labels;

    private NpzImages(NpzArchive archive, string path)
    {
        (_archive, Name) = (archive, Path.GetFileName(path));
        var (type, shape) = archive.Describe(Images);
        if (type != ScalarType.Byte || shape is not [> 0 and <= int.MaxValue, > 0 and <= short.MaxValue, > 0 and <= short.MaxValue, 3])
            throw archive.Unusable($"{Images} is {type} {Runtime.ShapeGuard.Format(shape)}, expected bytes (N, H, W, 3)");
        (Count, Size) = ((int)shape[0], new PixelSize((int)shape[2], (int)shape[1]));
        _labels = archive.Names.Contains(Classes) ? ReadLabels() : [];
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Their size.</summary>
    public PixelSize Size { get; }

    /// <summary>Classes of the images, N of them, 0 and above; empty where the archive has none.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>Opens an archive and reads its labels.</summary>
    /// <param name="path">The .npz file.</param>
    /// <returns>The images; the caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such archive.</exception>
    public static NpzImages Open(string path)
    {
        var archive = NpzArchive.Open(path);
        try
        {
            return new NpzImages(archive, path);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Reads the images from the first on, in the memory of one batch.</summary>
    /// <param name="size">Images of a batch, at least 1; the last has what is left.</param>
    /// <returns>uint8 (B, 3, H, W), on the CPU, owned by the caller, who disposes it; and as many labels, or none.</returns>
    /// <exception cref="InvalidDataException">The archive is broken.</exception>
    public IEnumerable<(Tensor Levels, int[] Labels)> Batches(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        using var rows = _archive.OpenRows(Images);
        for (var first = 0; first < Count; first += size)
        {
            var count = Math.Min(size, Count - first);
            yield return (Next(rows, count), _labels.Length > 0 ? _labels[first..(first + count)] : []);
        }
        rows.RequireEnd();
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    private Tensor Next(NpzRows rows, int count)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var levels = empty([count, Size.Height, Size.Width, 3], ScalarType.Byte, CPU);
        rows.Read(levels.bytes);
        return levels.permute(0, 3, 1, 2).contiguous().DetachFromDisposeScope();              // (B, 3, H, W)
    }

    private int[] ReadLabels()
    {
        using var scope = NewDisposeScope();
        var labels = _archive.Read(Classes);
        if (labels.is_floating_point() || labels.dtype == ScalarType.Bool || labels.shape is not [var count] || count != Count)
            throw _archive.Unusable($"{Classes} is {labels.dtype} {Runtime.ShapeGuard.Format(labels.shape)}, expected {Count} whole numbers");
        var values = labels.to(ScalarType.Int64).data<long>().ToArray();
        return Array.Exists(values, label => label is < 0 or > int.MaxValue) ? throw _archive.Unusable($"{Classes} has a label that is no class") : Array.ConvertAll(values, label => (int)label);
    }
}
