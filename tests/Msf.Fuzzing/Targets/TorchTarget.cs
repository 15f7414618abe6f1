using System.Text;
using Msf.Checkpoints;

namespace Msf.Fuzzing;

/// <summary>Checkpoints of torch.save: the archive as a whole, or one of its records damaged within an archive that is right.</summary>
internal sealed class TorchTarget : FileTarget
{
    private static readonly byte[][] _pickles = [Plain(), Layout(), NewProtocol(), .. Hostile()];
    private static readonly (string Name, byte[] Bytes)[] _others =
        [("a/byteorder", "little"u8.ToArray()), ("a/data/0", new byte[24]), ("a/data/1", new byte[16]), ("a/version", "3\n"u8.ToArray())];

    public override string Name => "torch";

    // Tensors may show the numbers of a file four times; an opcode of one byte makes a list or a dictionary.
    public override long Allowance(long length) => (1280 << 10) + 256 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "cos\nsystem\n", "cbuiltins\neval\n", "ctorch\nLongStorage\n", "ctorch\nBoolStorage\n", "ccollections\nOrderedDict\n", "cargparse\nNamespace\n", "c_codecs\nencode\n",
            "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n", "}", "]", ")", "(", "t", "l", "d", "R", "b", "s", "u", "a", "e", "2", "0", "1", "h\0", "h\u0001", "h\u0002", "N", ".",
        }.Select(Encoding.UTF8.GetBytes),
        [0x81], [0x85], [0x86], [0x87], [0x88], [0x93], [0x94], [0x92], [0x95, 0, 0, 0, 0, 0, 0, 0, 0], [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 128], [0x8b, 0, 4, 0, 0], [(byte)'J', 255, 255, 255, 127], [(byte)'K', 0],
    ];

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(3)) return base.Mutate(random);
        var pickle = random.Pick(_pickles);
        var records = _others.ToArray();
        if (random.Once(6))
        {
            var changed = random.Below(records.Length);
            records[changed] = (records[changed].Name, Mutator.Change(random, records[changed].Bytes, _pickles, Words));
        }
        else
        {
            pickle = Mutator.Change(random, pickle, _pickles, Words);
        }
        return ZipBytes.Of([("a/data.pkl", pickle), .. records], deflate: random.Once(12), lie: random.Once(12) ? random.Below(64) - 32 : 0);
    }

    public override long Read(byte[] input)
    {
        var (tensors, _) = TorchCheckpoint.Read(Write(input, "a.pt"));
        var bytes = tensors.Values.Sum(tensor => tensor.numel() * tensor.element_size());
        foreach (var tensor in tensors.Values) tensor.Dispose();
        return bytes;
    }

    protected override IEnumerable<byte[]> MakeCorpus() => _pickles.Select(pickle => ZipBytes.Of([("a/data.pkl", pickle), .. _others]));

    private static byte[] Plain() => new PickleWriter().EmptyOrderedDictionary().Raw((byte)'(')
        .Text("a.weight").Tensor("FloatStorage", "0", 6, 0, [2, 3], [3, 1])
        .Text("b").Tensor("FloatStorage", "0", 6, 1, [2], [2])
        .Text("c").Tensor("LongStorage", "1", 2, 1, [], []).Raw((byte)'u').Done();

    private static byte[] Layout()
    {
        var pickle = new PickleWriter().Raw((byte)'}', (byte)'(').Text("ema").EmptyOrderedDictionary().Raw((byte)'(')
            .Text("w").Global("torch._utils", "_rebuild_parameter").Raw((byte)'(').Tensor("HalfStorage", "1", 8, 0, [4, 2], [1, 4]).Raw(0x88).EmptyOrderedDictionary().Raw((byte)'t', (byte)'R', (byte)'u');
        pickle.Text("args").Global("argparse", "Namespace").Raw((byte)')', 0x81, (byte)'}', (byte)'(').Text("lr").Raw((byte)'G', 0x3F, 0x1A, 0x36, 0xE2, 0xEB, 0x1C, 0x43, 0x2D).Text("steps").Number(400_000)
            .Raw((byte)'u', (byte)'b');
        return pickle.Text("opt").Raw((byte)'}').Text("state").Raw((byte)'}').Number(0).Raw((byte)'N', (byte)'s', (byte)'s').Text("list").Raw((byte)']', (byte)'(').Number(1).Raw(0x88, (byte)'e', (byte)'u').Done();
    }

    // Protocol 4: frames, short texts, remembered without a number, names from the stack.
    private static byte[] NewProtocol() => new PickleWriter().Raw(0x80, 4, 0x95, 40, 0, 0, 0, 0, 0, 0, 0, (byte)'}', 0x94, 0x8c, 1, (byte)'w', 0x94)
        .Raw([0x8c, 12, .. "torch._utils"u8, 0x94, 0x8c, 18, .. "_rebuild_tensor_v2"u8, 0x94, 0x93, 0x94]).Raw((byte)'(', (byte)'(').Text("storage").Global("torch", "DoubleStorage").Text("0").Text("cpu").Number(3)
        .Raw((byte)'t', (byte)'Q').Number(0).Number(3).Raw(0x85).Number(1).Raw(0x85, 0x89, (byte)'}', (byte)'t', (byte)'R', (byte)'s').Done();

    // What a reader that runs pickles would run.
    private static IEnumerable<byte[]> Hostile()
    {
        yield return new PickleWriter().Global("os", "system").Text(ForeignCode.Command).Raw(0x85, (byte)'R').Done();
        yield return new PickleWriter().Raw((byte)'}').Text("w").Global("builtins", "eval").Text($"__import__('os').system('{ForeignCode.Command}')").Raw(0x85, (byte)'R', (byte)'s').Done();
        yield return new PickleWriter().Text("posix").Text("system").Raw(0x93).Text(ForeignCode.Command).Raw(0x85, 0x81).Done();
        yield return new PickleWriter().Raw((byte)'(').Text(ForeignCode.Command).Raw([(byte)'i', .. "os\nsystem\n"u8]).Done();
    }
}
