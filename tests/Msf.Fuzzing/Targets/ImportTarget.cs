using Msf.Checkpoints;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>Weights of a small DiT, whose architecture is read off their shapes, imported into a model folder.</summary>
internal sealed class ImportTarget() : HeaderTarget("[8,3,2,2]", "blocks.1.", "blocks.2147483646.")
{
    private static readonly TransformerConfig _config = new() { InputSize = [4, 4], Channels = 3, PatchSize = 2, Width = 8, Depth = 1, Heads = 2, Classes = 2, LearnSigma = true };

    public override string Name => "import";

    public override long Read(byte[] input)
    {
        var (path, config) = (Write(input, "a.safetensors"), Write("""{"num_heads": 2}"""u8.ToArray(), "config.json"));
        return 4 * TransformerImport.Import(path, TransformerKind.Dit, config, "fuzzed", Path.Combine(Folder, "model")).Parameters;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        using var network = new DiffusionTransformer(_config);
        SmallAutoencoder.Clear(network);
        yield return Written("made", path => StateDictLoader.Save(network, path));
        yield return Written("made", path => StateDictLoader.Save(network, path, ScalarType.Float16));
    }
}
