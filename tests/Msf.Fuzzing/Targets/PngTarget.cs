using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>PNG images of every kind: pixels and texts. Damaged ones are mostly signed again, so that more than the checksums is tried.</summary>
internal sealed class PngTarget : FileTarget
{
    private static readonly (byte Depth, byte Color)[] _kinds = [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2), (1, 3), (8, 4), (16, 4), (8, 6), (16, 6)];

    public override string Name => "png";

    // Deflate makes 1,032 bytes of one, of 8 pixels each in the smallest depth; a pixel takes 7 bytes while it is decoded.
    public override long Allowance(long length) => (256 << 10) + 1032 * 8 * 7 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
        ["IHDR"u8.ToArray(), "PLTE"u8.ToArray(), "IDAT"u8.ToArray(), "IEND"u8.ToArray(), "tRNS"u8.ToArray(), "iCCP"u8.ToArray(), "tEXt"u8.ToArray(), "iTXt"u8.ToArray(), "acTL"u8.ToArray(), "eXIf"u8.ToArray()];

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(4)) return base.Mutate(random);
        if (random.Once(2)) return PngBuilder.Sign(base.Mutate(random));
        // Another header over rows that were right, or other rows under the header.
        var (depth, color) = random.Pick(_kinds);
        var header = new byte[] { 0, 0, 0, (byte)(1 + random.Below(12)), 0, 0, 0, (byte)(1 + random.Below(12)), depth, color, 0, 0, (byte)random.Below(2) };
        var rows = PngBuilder.Rows(PngHeader.Parse(header));
        if (random.Once(2)) rows = Mutator.Change(random, rows, [rows], []);
        else Array.Copy(Mutator.Change(random, header, [header], []).Concat(header).Take(header.Length).ToArray(), header, header.Length);
        return PngBuilder.Of(header, rows, color == 3 ? [("PLTE", random.Bytes(random.Once(4) ? random.Below(800) : 6))] : []);
    }

    public override long Read(byte[] input)
    {
        ImageDecoder.Decode(input, "a.png");
        PngFile.ReadText(Write(input, "a.png"));
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        foreach (var (depth, color) in _kinds) yield return PngBuilder.Of(5, 3, depth, color, interlaced: false);
        yield return PngBuilder.Of(9, 9, 8, 2, interlaced: true, ("tEXt", "Title\0a"u8.ToArray()), ("iTXt", "k\0\0\0\0\0text"u8.ToArray()), ("gAMA", [0, 0, 0xB1, 0x8F]));
        yield return PngBuilder.Of(3, 2, 8, 3, interlaced: false, ("tRNS", [0, 128]));
    }
}
