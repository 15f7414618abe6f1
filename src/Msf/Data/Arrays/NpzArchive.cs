using System.IO.Compression;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// Reads NumPy's .npz archives: sample batches and statistics in the layout of ADM's evaluation, stored or deflated. An array takes memory only
/// when its head agrees with the length in the archive, which cannot exceed what deflate can make of the file.
/// </summary>
public sealed class NpzArchive : IDisposable
{
    // Deflate makes at most 1,032 bytes of one.
    private const long MostInflation = 1032;

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly ZipArchive _archive;
    private readonly SortedDictionary<string, ZipArchiveEntry> _arrays = new(StringComparer.Ordinal);

    private NpzArchive(string path)
    {
        _path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            _archive = Explained(() => new ZipArchive(_stream, ZipArchiveMode.Read, leaveOpen: true), "its zip archive");
            foreach (var entry in Explained(() => _archive.Entries, "its zip archive"))
                if (!_arrays.TryAdd(entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName, entry))
                    throw Unusable("an array is in it twice");
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Names of the arrays, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _arrays.Keys;

    /// <summary>Opens an archive.</summary>
    /// <param name="path">The .npz file.</param>
    /// <returns>The archive; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no zip archive, or a broken one.</exception>
    public static NpzArchive Open(string path) =>
        File.Exists(path) ? new NpzArchive(path) : throw new FileNotFoundException($"{path}: no such file; a .npz archive was expected.", path);

    /// <summary>Reads one array.</summary>
    /// <param name="name">Its name, for example <c>arr_0</c>.</param>
    /// <returns>A contiguous CPU tensor, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">
    /// There is no such array, it is broken, or it holds something else than numbers; an array of objects is refused, because only running the file's code
    /// could read it.
    /// </exception>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        return Explained(() => Read(entry), $"array {JsonFault.OneLine(name)}");
    }

    /// <summary>Reads a batch of images: <c>arr_0</c>.</summary>
    /// <returns>(N, H, W, 3), uint8, on the CPU, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">It is no batch of images.</exception>
    public Tensor ReadImages()
    {
        using var scope = NewDisposeScope();
        var images = Read("arr_0");
        if (images.dtype != ScalarType.Byte || images.shape is not [> 0, > 0, > 0, 3])
            throw Unusable($"arr_0 is {images.dtype} {ShapeGuard.Format(images.shape)}, expected bytes (N, H, W, 3)");
        return images.MoveToOuterDisposeScope();
    }

    /// <summary>Reads statistics of features: <c>mu</c> and <c>sigma</c>.</summary>
    /// <param name="suffix">What follows the names: <c>_s</c> for those of spatial features in ADM's files.</param>
    /// <returns>Mean, (D), and covariance, (D, D), float64, on the CPU, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The shapes do not fit each other, or a number is not finite.</exception>
    public (Tensor Mean, Tensor Covariance) ReadStatistics(string suffix = "")
    {
        using var scope = NewDisposeScope();
        var (mean, covariance) = (Read($"mu{suffix}"), Read($"sigma{suffix}"));
        if (mean.shape is not [> 0 and var width] || covariance.shape is not [var rows, var columns] || rows != width || columns != width)
            throw Unusable($"mu{suffix} is {ShapeGuard.Format(mean.shape)} and sigma{suffix} {ShapeGuard.Format(covariance.shape)}, expected (D) and (D, D)");
        if (!mean.is_floating_point() || !covariance.is_floating_point() || !mean.isfinite().all().item<bool>() || !covariance.isfinite().all().item<bool>())
            throw Unusable($"mu{suffix} and sigma{suffix} must be finite floating-point numbers");
        return (mean.to(ScalarType.Float64).MoveToOuterDisposeScope(), covariance.to(ScalarType.Float64).MoveToOuterDisposeScope());
    }

    /// <summary>Type and shape of an array, of which the numbers are not read.</summary>
    /// <exception cref="InvalidDataException">There is no such array, or its head is broken.</exception>
    internal (ScalarType Type, long[] Shape) Describe(string name)
    {
        var entry = Find(name);
        return Explained(
            () =>
            {
                using var stream = entry.Open();
                var header = Head(entry, stream);
                return (header.DType, header.Shape);
            },
            $"array {JsonFault.OneLine(name)}");
    }

    /// <summary>Opens an array whose numbers are read from the first on, without memory for all of them.</summary>
    /// <exception cref="InvalidDataException">There is no such array, its head is broken, or its last index does not change fastest.</exception>
    internal NpzRows OpenRows(string name)
    {
        var entry = Find(name);
        return Explained(
            () =>
            {
                var stream = entry.Open();
                try
                {
                    if (Head(entry, stream).FortranOrder) throw new InvalidDataException("it is stored by columns; save it in C order");
                    return new NpzRows(stream, Unusable);
                }
                catch
                {
                    stream.Dispose();
                    throw;
                }
            },
            $"array {JsonFault.OneLine(name)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _archive.Dispose();
        _stream.Dispose();
    }

    private Tensor Read(ZipArchiveEntry entry)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var stream = entry.Open();
        var header = Head(entry, stream);
        long[] stored = header.FortranOrder ? [.. header.Shape.Reverse()] : header.Shape;
        var array = empty(stored, header.DType, CPU);
        TensorBytes.Visit(array, (piece, _) =>
        {
            stream.ReadExactly(piece);
            if (header.DType == ScalarType.Bool && piece.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new InvalidDataException("truth values other than 0 and 1 are in it");
        });
        if (stream.ReadByte() >= 0) throw new InvalidDataException("it goes on after its last number");
        if (header.FortranOrder) array = array.permute([.. Enumerable.Range(0, stored.Length).Reverse().Select(i => (long)i)]).contiguous();
        return array.MoveToOuterDisposeScope();
    }

    private ZipArchiveEntry Find(string name) => _arrays.TryGetValue(name, out var entry)
        ? entry
        : throw Unusable($"it has no array {JsonFault.OneLine(name)} but {JsonFault.OneLine(string.Join(", ", _arrays.Keys.Take(10)))}");

    private NpyHeader Head(ZipArchiveEntry entry, Stream stream)
    {
        if (entry.CompressedLength > _stream.Length || entry.Length > entry.CompressedLength * MostInflation)
            throw new InvalidDataException($"the archive claims {entry.Length} bytes of {entry.CompressedLength} compressed ones");
        var header = NpyHeader.Read(stream);
        return header.TotalLength == entry.Length
            ? header
            : throw new InvalidDataException($"its shape {ShapeGuard.Format(header.Shape)} takes {header.TotalLength} bytes with the head, the archive has {entry.Length}");
    }

    /// <summary>One line that says why the archive cannot be used.</summary>
    internal InvalidDataException Unusable(string why, Exception? inner = null) => new($"{_path}: not a usable .npz archive: {why}.", inner);

    private T Explained<T>(Func<T> read, string what)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or OverflowException or NotSupportedException)
        {
            throw Unusable($"{what} is cut or damaged", e);
        }
        catch (InvalidDataException e)
        {
            throw Unusable($"{what}: {JsonFault.OneLine(e.Message.TrimEnd('.'))}", e);
        }
    }
}
