using System.Buffers.Binary;
using System.Text;
using Msf.Data;
using Parquet;
using Parquet.Schema;

namespace Msf.Fuzzing;

/// <summary>
/// Parquet files of labelled images, which a library of others parses. Half of the damages are in the footer, whose length is kept right, so
/// that they are not all stopped at the door; others are in the pages.
/// </summary>
internal sealed class ParquetTarget : FileTarget
{
    private const int Tail = 8;
    private const string Note = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["ant", "bee"], "_type": "ClassLabel"}}}}""";

    public override string Name => "parquet";

    // What ParquetPages allows, and what a page takes on its way: compressed, inflated, copied.
    public override long Allowance(long length) => (64 << 20) + 4 * 1032 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[] { "PAR1", "image", "bytes", "label", "huggingface", "ClassLabel", "\"names\"", "null", "\n" }.Select(Encoding.ASCII.GetBytes),
        [0x15, 0], [0x16, 0], [0x15, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F], [0x16, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0x1C, 0], [0x2C, 0x15, 2, 0],
        [0x18, 0], [0x19, 0x0C], [0x11], [0x12], [0x1B, 0], [0x28, 0xB5, 0x2F, 0xFD], [0x1F, 0x8B, 8],
    ];

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(4)) return base.Mutate(random);
        var whole = random.Pick(Corpus);
        if (whole.Length < 12 || BinaryPrimitives.ReadUInt32LittleEndian(whole.AsSpan(whole.Length - Tail)) is var length && length > whole.Length - 12) return base.Mutate(random);
        var start = whole.Length - Tail - (int)length;
        var (body, footer) = (whole[..start], whole[start..^Tail]);
        if (random.Once(3))
        {
            var changed = Mutator.Change(random, body, Corpus, Words);
            // Where pages are is said in the footer: most of the time they stay there.
            body = random.Once(3) ? changed : [.. changed.AsSpan(0, Math.Min(changed.Length, start)), .. body.AsSpan(Math.Min(changed.Length, start))];
        }
        else
        {
            footer = Mutator.Change(random, footer, [footer], Words);
        }
        return [.. body, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
    }

    public override long Read(byte[] input)
    {
        using var source = ImageSources.Open(Write(input, "a.parquet"));
        for (var i = 0; i < Math.Min(source.Count, 8); i++)
        {
            _ = source.NameAt(i);
            source.Read(i);
        }
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        yield return Make(new DataField<long?>("label"), CompressionMethod.Snappy, Note, (writer, field) => writer.WriteAsync<long>(field, new long?[] { 0, 1 }.AsMemory()));
        yield return Make(new DataField<int>("label"), CompressionMethod.None, null, (writer, field) => writer.WriteAsync<int>(field, new[] { 1, 0 }.AsMemory()));
        yield return Make(new DataField<string>("label"), CompressionMethod.Gzip, null, (writer, field) => writer.WriteAsync(field, ["owl", "cat"]));
        yield return Make(new DataField<sbyte>("fine_label"), CompressionMethod.Zstd, null, (writer, field) => writer.WriteAsync<sbyte>(field, new sbyte[] { 2, 0 }.AsMemory()));
        yield return Make(new DataField<short>("cls"), CompressionMethod.Brotli, null, (writer, field) => writer.WriteAsync<short>(field, new short[] { 0, 0 }.AsMemory()));
        yield return Make(new DataField<uint>("class"), CompressionMethod.LZ4, null, (writer, field) => writer.WriteAsync<uint>(field, new uint[] { 0, 1 }.AsMemory()));
    }

    private byte[] Make(DataField label, CompressionMethod compression, string? note, Func<ParquetRowGroupWriter, DataField, Task> writeLabels) => Written("made", path =>
    {
        using var stream = File.Create(path);
        WriteAll(stream, label, compression, note, writeLabels).GetAwaiter().GetResult();
    });

    private static async Task WriteAll(Stream stream, DataField label, CompressionMethod compression, string? note, Func<ParquetRowGroupWriter, DataField, Task> writeLabels)
    {
        var bytes = new DataField<byte[]>("bytes");
        var schema = new ParquetSchema(new StructField("image", bytes), label);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = compression });
        if (note is not null) writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = note };
        for (var i = 0; i < 2; i++)
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(bytes, [PngBuilder.Of(2, 2, 8, 2, interlaced: false), PngBuilder.Of(1 + i, 1, 8, 0, interlaced: false)]);
            await writeLabels(group, label);
        }
    }
}
