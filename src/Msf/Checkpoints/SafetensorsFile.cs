using System.IO.MemoryMappedFiles;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>
/// A safetensors file, mapped into memory: opening reads the header alone, and a tensor is copied out when it is asked for. The header
/// is checked as strictly as the format's own library does, so a file that opens can be read whole. Reading is safe from several threads.
/// </summary>
/// <remarks>
/// While open, the file must not be shortened in place (the operating system would end the process); files written by
/// <see cref="SafetensorsWriter"/> are replaced as a whole and cause no such trouble.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafetensorsHeader _header;
    private readonly ulong _dataStart;

    private SafetensorsFile(string path, MemoryMappedFile file, long length)
    {
        _path = path;
        _file = file;
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        try
        {
            Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLength];
            _view.SafeMemoryMappedViewHandle.ReadSpan(0, prefix);
            var json = new byte[SafetensorsHeader.ReadLength(prefix, length)];
            _view.SafeMemoryMappedViewHandle.ReadSpan(SafetensorsHeader.PrefixLength, json.AsSpan());
            _dataStart = (ulong)(SafetensorsHeader.PrefixLength + json.Length);
            _header = SafetensorsHeader.Parse(json, length - (long)_dataStart);
        }
        catch
        {
            _view.Dispose();
            throw;
        }
    }

    /// <summary>The tensors by name, in ordinal order of the names.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _header.Tensors;

    /// <summary>The free-form strings of the header's <c>__metadata__</c>, in ordinal order of the keys; may be empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Maps a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file breaks a rule of the format, or holds a type without counterpart here (float8, unsigned 16 to 64 bits).
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file; a safetensors file was expected.", path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            var length = stream.Length;
            if (length < SafetensorsHeader.PrefixLength)
                throw new InvalidDataException(
                    $"it has {length} bytes, fewer than the {SafetensorsHeader.PrefixLength} of the header's length field");
            var file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            try
            {
                return new SafetensorsFile(path, file, length);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: not a usable safetensors file: {e.Message}.", e);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>CPU tensors by name, owned by the caller.</returns>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static Dictionary<string, Tensor> ReadAll(string path)
    {
        using var file = Open(path);
        return file.ReadAll();
    }

    /// <summary>Copies one tensor out of the file.</summary>
    /// <param name="name">A key of <see cref="Tensors"/>.</param>
    /// <returns>A CPU tensor of the stored shape and type, owned by the caller.</returns>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InvalidDataException">A boolean tensor holds bytes that libtorch does not tolerate: other than 0 and 1.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public Tensor Read(string name)
    {
        if (!Tensors.TryGetValue(name, out var info)) throw new KeyNotFoundException($"{_path}: no tensor {OneLine.Quote(name)}.");
        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        var tensor = empty(info.Shape.AsSpan(), info.DType, CPU);
        try
        {
            TensorBytes.Visit(tensor, (piece, offset) =>
            {
                _view.SafeMemoryMappedViewHandle.ReadSpan(_dataStart + (ulong)(info.Begin + offset), piece);
                if (info.DType == ScalarType.Bool && piece.ContainsAnyExceptInRange((byte)0, (byte)1))
                    throw new InvalidDataException($"{_path}: boolean tensor {OneLine.Quote(name)} holds bytes other than 0 and 1.");
            });
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Copies a part of a tensor's memory out of the file, without a tensor.</summary>
    /// <param name="name">A key of <see cref="Tensors"/>.</param>
    /// <param name="offset">First byte, counted from the tensor's first.</param>
    /// <param name="into">Receives the bytes; values are little-endian, in row-major order.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches beyond the tensor.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public void ReadBytes(string name, long offset, Span<byte> into)
    {
        if (!Tensors.TryGetValue(name, out var info)) throw new KeyNotFoundException($"{_path}: no tensor {OneLine.Quote(name)}.");
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, info.ByteLength - into.Length);
        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        _view.SafeMemoryMappedViewHandle.ReadSpan(_dataStart + (ulong)(info.Begin + offset), into);
    }

    /// <summary>Copies every tensor out of the file.</summary>
    /// <returns>CPU tensors by name, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">A boolean tensor holds bytes other than 0 and 1.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public Dictionary<string, Tensor> ReadAll() => ReadAll(_ => true);

    /// <summary>Copies the tensors that are wanted out of the file.</summary>
    internal Dictionary<string, Tensor> ReadAll(Func<string, bool> wanted)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var name in Tensors.Keys.Where(wanted)) tensors.Add(name, Read(name));
            return tensors;
        }
        catch
        {
            foreach (var tensor in tensors.Values) tensor.Dispose();
            throw;
        }
    }

    /// <summary>Unmaps the file; tensors read from it stay valid.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
