using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>
/// A checkpoint of <c>torch.save</c> (.pt, .pth, .ckpt): a zip archive of stored records, of which <c>data.pkl</c> is a pickle. The pickle is
/// read by <see cref="Unpickler"/>, which runs nothing; the numbers are read when a tensor is asked for.
/// </summary>
internal sealed class TorchFile : IDisposable
{
    // A pickle names tensors and holds options: 10,000 tensors take 2 MB.
    private const long LongestPickle = 64 << 20;

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _records = new(StringComparer.Ordinal);
    private readonly string _prefix;

    private TorchFile(Stream stream)
    {
        Length = stream.Length;
        RequireZip(stream);
        _archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in _archive.Entries)
            if (!_records.TryAdd(entry.FullName, entry)) throw new InvalidDataException($"its archive has the record {OneLine.Quote(entry.FullName)} twice");
        _prefix = Prefix();
        RequireLittleEndian();
        Root = new Unpickler(Storage).Read(ReadSmall($"{_prefix}/data.pkl", LongestPickle));
    }

    /// <summary>Bytes of the whole file.</summary>
    internal long Length { get; }

    /// <summary>What was saved, see <see cref="Unpickler.Read"/>.</summary>
    internal object? Root { get; }

    /// <summary>Reads the structure of a file.</summary>
    /// <param name="stream">The file, seekable; must stay open while tensors are read, and is not closed here.</param>
    /// <exception cref="InvalidDataException">It is no such file, or a broken or a hostile one; the message does not name it.</exception>
    internal static TorchFile Open(Stream stream) => Explained(() => new TorchFile(stream));

    /// <summary>Reads the numbers of a tensor.</summary>
    /// <returns>A contiguous CPU tensor, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    internal Tensor Read(TorchTensor tensor) => Explained(() =>
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var storage = tensor.Storage;
        var run = empty([tensor.Span], storage.DType, CPU);
        using (var stream = _records[storage.Record].Open())
        {
            Skip(stream, tensor.Offset * storage.ElementSize);
            TensorBytes.Visit(run, (piece, _) =>
            {
                stream.ReadExactly(piece);
                if (storage.DType == ScalarType.Bool && piece.ContainsAnyExceptInRange((byte)0, (byte)1))
                    throw new InvalidDataException($"the boolean record {OneLine.Quote(storage.Record)} holds bytes other than 0 and 1");
            });
        }
        var view = tensor.Count == 0 || tensor.IsContiguous() ? run.view(tensor.Shape) : run.as_strided(tensor.Shape, tensor.Strides).contiguous();
        return view.MoveToOuterDisposeScope();
    });

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    private TorchStorage Storage(object?[] id)
    {
        if (id is not ["storage", ScalarType type, string key, string, long length, ..])
            throw new InvalidDataException("its pickle refers to something outside it that is no storage");
        var record = $"{_prefix}/data/{key}";
        if (!_records.TryGetValue(record, out var entry)) throw new InvalidDataException($"the storage {OneLine.Quote(record)} is missing");
        RequireStored(entry);
        if (length < 0 || entry.Length != (Int128)length * SafetensorsDataTypes.SizeOf(type))
            throw new InvalidDataException($"the storage {OneLine.Quote(record)} has {entry.Length} bytes, {length} numbers of {type} are expected");
        return new TorchStorage(type, record, length);
    }

    private string Prefix()
    {
        var pickles = _records.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.AsSpan().Count('/') == 1).ToArray();
        if (pickles is not [var pickle]) throw new InvalidDataException("it is a zip archive without the one data.pkl that torch.save writes");
        var prefix = pickle[..^"/data.pkl".Length];
        return _records.ContainsKey($"{prefix}/constants.pkl")
            ? throw new InvalidDataException("it is a TorchScript archive, which holds code; save the state_dict of the module instead")
            : prefix;
    }

    private void RequireLittleEndian()
    {
        var name = $"{_prefix}/byteorder";
        if (_records.ContainsKey(name) && Encoding.ASCII.GetString(ReadSmall(name, 16)) is not "little" and var order)
            throw new InvalidDataException($"its byte order is {OneLine.Quote(order)}, only little is read; save it again on an ordinary machine");
    }

    private byte[] ReadSmall(string name, long atMost)
    {
        var entry = _records[name];
        RequireStored(entry);
        if (entry.Length > atMost) throw new InvalidDataException($"the record {OneLine.Quote(name)} has {entry.Length} bytes, at most {atMost} are read");
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }

    // What is stored as it is cannot be larger than the file.
    private void RequireStored(ZipArchiveEntry entry)
    {
        if (entry.Length != entry.CompressedLength || entry.Length > Length)
            throw new InvalidDataException($"the record {OneLine.Quote(entry.FullName)} is compressed, which torch.save does not do; save the file again with torch.save");
    }

    private static void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Begin);
            return;
        }
        var buffer = new byte[Math.Min(bytes, 1 << 16)];
        for (; bytes > 0; bytes -= buffer.Length) stream.ReadExactly(buffer.AsSpan(0, (int)Math.Min(bytes, buffer.Length)));
    }

    private static void RequireZip(Stream stream)
    {
        Span<byte> start = stackalloc byte[4];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        if (read == 4 && start.SequenceEqual("PK\x03\x04"u8)) return;
        throw new InvalidDataException(read >= 2 && start[0] == 0x80 && start[1] <= 5
            ? "it is a pickle outside an archive, as torch before 1.6 wrote and as hostile files are; nothing was run. If you trust it, load it in Python and save it again with a current torch.save"
            : "it is not the zip archive that torch.save writes; save it again with a current torch.save");
    }

    // The archive reader has many ways to say that a file is broken.
    private static T Explained<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or OverflowException or NotSupportedException)
        {
            throw new InvalidDataException("its zip archive is cut or damaged", e);
        }
    }
}
