using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>CIFAR-10 files, and the list of class names beside them.</summary>
internal sealed class CifarTarget : FileTarget
{
    private const int RowBytes = 3073;
    private static readonly byte[] _rows = [.. Enumerable.Range(0, 2 * RowBytes).Select(i => i % RowBytes == 0 ? (byte)(i / RowBytes) : (byte)(i * 3))];
    private static readonly byte[] _names = "cat\ndog\nowl\n"u8.ToArray();

    public override string Name => "cifar";

    // The labels are looked for in a buffer of 256 rows; a line of a byte is a name.
    public override long Allowance(long length) => (896 << 10) + 200 * length;

    protected override IReadOnlyList<byte[]> Words { get; } = ["\n"u8.ToArray(), "\r"u8.ToArray(), "cat\n"u8.ToArray(), [0], [0xE2, 0x80, 0xA8]];

    // Most damages change the length, which ends the matter: bytes are set in place more often.
    public override byte[] Mutate(FuzzRandom random)
    {
        var bytes = (byte[])random.Pick(Corpus).Clone();
        if (bytes.Length == 0 || random.Once(3)) return base.Mutate(random);
        for (var i = random.Below(4); i >= 0; i--) bytes[random.Once(2) ? random.Below(bytes.Length / RowBytes + 1) * RowBytes % bytes.Length : random.Below(bytes.Length)] = (byte)random.Below(256);
        return bytes;
    }

    // What is far shorter than a row is tried as a list of names.
    public override long Read(byte[] input)
    {
        var isNames = input.Length < RowBytes / 4;
        var path = Write(isNames ? _rows : input, "a.bin");
        Write(isNames ? input : _names, "batches.meta.txt");
        using var source = new CifarImageSource(path);
        for (var i = 0; i < source.Count; i++) source.Read(i);
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus() => [_rows, _rows[..RowBytes], _names];
}
