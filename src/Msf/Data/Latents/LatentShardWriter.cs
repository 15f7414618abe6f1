using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Collects the latents of a shard and writes them as one file that appears whole or not at all.</summary>
/// <param name="plan">A valid plan.</param>
/// <param name="shard">Number of the shard.</param>
internal sealed class LatentShardWriter(LatentPlan plan, int shard)
{
    private readonly ArrayBufferWriter<byte> _latents = new();
    private readonly List<long> _labels = [];
    private readonly List<long> _places = [];
    private readonly List<long> _checksums = [];
    private readonly List<byte> _digests = [];
    private readonly List<byte> _names = [];
    private readonly List<long> _nameEnds = [];
    private readonly List<BrokenImage> _broken = [];

    /// <summary>Adds an image.</summary>
    /// <param name="place">Place in the set, greater than that of the image before.</param>
    /// <param name="label">Its class.</param>
    /// <param name="name">Its name.</param>
    /// <param name="digest">SHA-256 of its fitted pixels.</param>
    /// <param name="views">Its latents, then those of the mirrored image where the plan has them; float16, little-endian, <see cref="LatentPlan.RecordBytes"/> each.</param>
    public void Add(int place, int label, string name, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> views)
    {
        _latents.Write(views);
        for (var view = 0; view < plan.Views; view++) _checksums.Add(Crc32.Of(views.Slice(view * plan.RecordBytes, plan.RecordBytes)));
        _places.Add(place);
        _labels.Add(label);
        _digests.AddRange(digest);
        _names.AddRange(Encoding.UTF8.GetBytes(name));
        _nameEnds.Add(_names.Count);
    }

    /// <summary>Notes an image that is left out.</summary>
    public void AddBroken(BrokenImage image) => _broken.Add(image);

    /// <summary>Writes the file.</summary>
    /// <param name="folder">The cache.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    public void Write(string folder)
    {
        using var scope = NewDisposeScope();
        var count = _labels.Count;
        var metadata = new Dictionary<string, string>
        {
            [LatentShard.PlanKey] = plan.Digest(),
            [LatentShard.BrokenKey] = JsonSerializer.Serialize(_broken, JsonFormat.Line),
        };
        SafetensorsWriter.Write(
            Path.Combine(folder, plan.ShardName(shard)),
            new Dictionary<string, Tensor>
            {
                [LatentShard.Latents] = Bytes(_latents.WrittenSpan, ScalarType.Float16, count, plan.Views, plan.Planes, plan.Side, plan.Side),
                [LatentShard.Labels] = Longs(_labels, count),
                [LatentShard.Places] = Longs(_places, count),
                [LatentShard.Checksums] = Longs(_checksums, count, plan.Views),
                [LatentShard.Digests] = Bytes(CollectionsMarshal.AsSpan(_digests), ScalarType.Byte, count, LatentShard.DigestBytes),
                [LatentShard.Names] = Bytes(CollectionsMarshal.AsSpan(_names), ScalarType.Byte, _names.Count),
                [LatentShard.NameEnds] = Longs(_nameEnds, count),
            },
            metadata);
    }

    private static Tensor Longs(List<long> values, params long[] shape) => Bytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)), ScalarType.Int64, shape);

    private static Tensor Bytes(ReadOnlySpan<byte> bytes, ScalarType type, params long[] shape)
    {
        var tensor = empty(shape, type, CPU);
        if (bytes.Length > 0) bytes.CopyTo(tensor.bytes);
        return tensor;
    }
}
