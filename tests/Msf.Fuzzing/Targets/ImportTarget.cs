using Msf.Checkpoints;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>Weights of a small DiT, whose architecture is read off their shapes, imported into a model folder.</summary>
internal sealed class ImportTarget : FileTarget
{
    private static readonly TransformerConfig _config = new() { InputSize = [4, 4], Channels = 3, PatchSize = 2, Width = 8, Depth = 1, Heads = 2, Classes = 2, LearnSigma = true };

    public override string Name => "import";

    // Read, converted, written, and described once for every class.
    public override long Allowance(long length) => (2 << 20) + 512 * length;

    protected override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "[0]", "[1,1]", "\"F16\"", "\"I8\"", "[0,0,0]", "blocks.1.", "blocks.2147483646.", "[8,3,2,2]" }.Select(System.Text.Encoding.UTF8.GetBytes)];

    // The header alone, since numbers are as good as others.
    public override byte[] Mutate(FuzzRandom random)
    {
        var whole = random.Pick(Corpus);
        var end = 8 + (int)Math.Min(BitConverter.ToInt64(whole), whole.Length - 8);
        if (random.Once(4) || end <= 8) return base.Mutate(random);
        var header = Mutator.Change(random, whole[8..end], [whole[8..end]], Words);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. whole[end..]];
    }

    public override long Read(byte[] input)
    {
        var (path, config) = (Write(input, "a.safetensors"), Write("""{"num_heads": 2}"""u8.ToArray(), "config.json"));
        return 4 * TransformerImport.Import(path, TransformerKind.Dit, config, "fuzzed", Path.Combine(Folder, "model")).Parameters;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        using var network = new DiffusionTransformer(_config);
        yield return Written("made", path => StateDictLoader.Save(network, path));
        yield return Written("made", path => StateDictLoader.Save(network, path, ScalarType.Float16));
    }
}
