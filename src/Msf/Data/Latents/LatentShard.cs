using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>One file of a latent cache, mapped into memory: any latent can be read at once, and each is checked when it is read. Safe from several threads.</summary>
internal sealed class LatentShard : IDisposable
{
    public const string Latents = "latents", Labels = "labels", Places = "places", Checksums = "checksums", Digests = "digests", Names = "names", NameEnds = "name_ends";
    public const string PlanKey = "plan", BrokenKey = "broken";
    public const int DigestBytes = 32;

    private readonly SafetensorsFile _file;
    private readonly LatentPlan _plan;
    private readonly string _path;
    private readonly long[] _labels;
    private readonly long[] _checksums;
    private readonly long[] _nameEnds;

    private LatentShard(SafetensorsFile file, LatentPlan plan, string path)
    {
        (_file, _plan, _path) = (file, plan, path);
        Count = (int)file.Tensors[Labels].Shape[0];
        _labels = ReadLongs(Labels);
        _checksums = ReadLongs(Checksums);
        _nameEnds = ReadLongs(NameEnds);
        RequireSense();
    }

    /// <summary>Images in the shard.</summary>
    public int Count { get; }

    /// <summary>Maps a shard and checks that it is of the plan.</summary>
    /// <param name="folder">The cache.</param>
    /// <param name="plan">Its valid plan.</param>
    /// <param name="shard">Number of the shard.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or of another cache.</exception>
    public static LatentShard Open(string folder, LatentPlan plan, int shard)
    {
        var path = Path.Combine(folder, plan.ShardName(shard));
        var file = SafetensorsFile.Open(path);
        try
        {
            if (file.Metadata.GetValueOrDefault(PlanKey) != plan.Digest())
                throw new InvalidDataException($"{path} is of another latent cache than the files beside it; delete it and run msf encode again, which keeps the others.");
            RequireShapes(file, plan, path);
            return new LatentShard(file, plan, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The images of the shard's range that are left out.</summary>
    public BrokenImage[] Broken => JsonFormat.Parse<BrokenImage[]>(_file.Metadata.GetValueOrDefault(BrokenKey, "[]"), _path);

    /// <summary>Class of an image.</summary>
    public int LabelAt(int row) => (int)_labels[row];

    /// <summary>Name of an image in the set that was encoded.</summary>
    public string NameAt(int row)
    {
        var begin = row == 0 ? 0 : _nameEnds[row - 1];
        var bytes = new byte[_nameEnds[row] - begin];
        _file.ReadBytes(Names, begin, bytes);
        return PrintableText.Of(Encoding.UTF8.GetString(bytes));
    }

    /// <summary>SHA-256 of the fitted pixels of an image.</summary>
    public byte[] DigestAt(int row)
    {
        var digest = new byte[DigestBytes];
        _file.ReadBytes(Digests, (long)row * DigestBytes, digest);
        return digest;
    }

    /// <summary>Reads a latent.</summary>
    /// <param name="row">0 to <see cref="Count"/> - 1.</param>
    /// <param name="view">0, or 1 for the mirrored image.</param>
    /// <param name="into">Receives its planes: the encoder's latent, or means and standard deviations.</param>
    /// <exception cref="InvalidDataException">The bytes are not those that were written.</exception>
    public void Read(int row, int view, Span<float> into)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_plan.RecordBytes);
        try
        {
            var record = buffer.AsSpan(0, _plan.RecordBytes);
            _file.ReadBytes(Latents, ((long)row * _plan.Views + view) * _plan.RecordBytes, record);
            if (Crc32.Of(record) != _checksums[row * _plan.Views + view])
                throw new InvalidDataException($"its latent in {_path} is damaged (the checksum differs); delete that file and index.json and run msf encode again, which keeps the others.");
            var values = MemoryMarshal.Cast<byte, Half>(record);
            for (var i = 0; i < values.Length; i++) into[i] = (float)values[i];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void RequireShapes(SafetensorsFile file, LatentPlan plan, string path)
    {
        var count = file.Tensors.TryGetValue(Labels, out var labels) && labels.Shape.Length == 1 ? labels.Shape[0] : -1;
        void Require(string name, ScalarType type, params ImmutableArray<long> shape)
        {
            if (count < 0 || !file.Tensors.TryGetValue(name, out var info) || info.DType != type || !info.Shape.SequenceEqual(shape))
                throw new InvalidDataException($"{path} is no shard of its plan ({name} is not {type} {ShapeGuard.Format(shape.AsSpan())}); delete it and run msf encode again, which keeps the others.");
        }
        Require(Labels, ScalarType.Int64, count);
        Require(Places, ScalarType.Int64, count);
        Require(NameEnds, ScalarType.Int64, count);
        Require(Checksums, ScalarType.Int64, count, plan.Views);
        Require(Digests, ScalarType.Byte, count, DigestBytes);
        Require(Latents, ScalarType.Float16, count, plan.Views, plan.Planes, plan.Side, plan.Side);
        Require(Names, ScalarType.Byte, file.Tensors.TryGetValue(Names, out var names) && names.Shape.Length == 1 ? names.Shape[0] : -1);
    }

    private void RequireSense()
    {
        var (end, bytes) = (0L, _file.Tensors[Names].ByteLength);
        foreach (var next in _nameEnds)
        {
            if (next < end || next > bytes) throw new InvalidDataException($"{_path} is damaged: its names overlap; delete it and run msf encode again, which keeps the others.");
            end = next;
        }
        foreach (var label in _labels)
            if (label < 0 || label >= _plan.ClassNames.Length)
                throw new InvalidDataException($"{_path} is damaged: it has class {label} of {_plan.ClassNames.Length}; delete it and run msf encode again, which keeps the others.");
    }

    private long[] ReadLongs(string name)
    {
        var values = new long[_file.Tensors[name].ByteLength / sizeof(long)];
        _file.ReadBytes(name, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
