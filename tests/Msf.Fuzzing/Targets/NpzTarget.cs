using System.Text;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>NumPy's archives: every array, then images and statistics; damaged as a whole, or in the head of an array.</summary>
internal sealed class NpzTarget : FileTarget
{
    private static readonly byte[][] _arrays =
    [
        Array("|u1", false, "(2, 2, 2, 3)", 24), Array("<f8", false, "(3,)", 24), Array("<f8", true, "(3, 3)", 72), Array("<i8", false, "()", 8), Array("|b1", false, "(4, 0)", 0), Array("<f2", true, "(2, 3, 1)", 12),
    ];

    private static readonly string[] _names = ["arr_0.npy", "mu.npy", "sigma.npy", "label", "x/y.npy"];

    public override string Name => "npz";

    // Deflate makes at most 1,032 bytes of one, and an array in column order is copied once.
    public override long Allowance(long length) => (256 << 10) + 3 * 1032 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "'descr'", "'|O'", "'<f8'", "'<f2'", "'|b1'", "'<U4'", "'>f4'", "True", "False", "(0, 4611686018427387904, 4611686018427387904)", "(4611686018427387904, 4)", "()", "(1,)", "(0,)",
            "'shape': (2, 3)", "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3)",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(3)) return base.Mutate(random);
        var name = random.Pick(_names);
        var array = Mutator.Change(random, random.Pick(_arrays), _arrays, Words);
        (string, byte[])[] records = random.Once(2) ? [(name, array)] : [(random.Pick(_names), random.Pick(_arrays)), (name, array)];
        return ZipBytes.Of(records, deflate: random.Once(2), lie: random.Once(8) ? random.Below(1 << random.Below(20)) - 16 : 0);
    }

    public override long Read(byte[] input)
    {
        using var scope = NewDisposeScope();
        using var archive = NpzArchive.Open(Write(input, "a.npz"));
        long bytes = 0;
        foreach (var name in archive.Names) bytes += Bytes(archive.Read(name));
        if (archive.Names.Contains("arr_0"))
        {
            bytes += Bytes(archive.ReadImages());
            using var images = NpzImages.Open(Write(input, "a.npz"));
            foreach (var (levels, _) in images.Batches(3))
                using (levels) bytes += Bytes(levels);
        }
        if (archive.Names.Contains("mu"))
        {
            var (mean, covariance) = archive.ReadStatistics();
            bytes += Bytes(mean) + Bytes(covariance);
        }
        return bytes;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        yield return ZipBytes.Of([("arr_0.npy", _arrays[0]), ("label.npy", _arrays[3])], deflate: true);
        yield return ZipBytes.Of([("mu.npy", _arrays[1]), ("sigma.npy", _arrays[2])]);
        yield return ZipBytes.Of([("a.npy", _arrays[4]), ("b.npy", _arrays[5])], deflate: true);
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();

    private static byte[] Array(string type, bool columns, string shape, int bytes)
    {
        var head = $"{{'descr': '{type}', 'fortran_order': {(columns ? "True" : "False")}, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)head.Length, 0, .. Encoding.ASCII.GetBytes(head), .. new byte[bytes]];
    }
}
