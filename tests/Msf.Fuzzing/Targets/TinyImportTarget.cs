using System.Globalization;
using Msf.Autoencoders;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>Weights of small autoencoders of the TAESD family, both halves in one file, in the official and in diffusers' layout, imported into a folder.</summary>
internal sealed class TinyImportTarget() : HeaderTarget("[2,3,3,3]", "[8,2,1,1]", "encoder.", "decoder.layers.", "encoder.layers.", "pool.", "decoder.0.", "14.")
{
    public override string Name => "import taesd";

    public override long Read(byte[] input) =>
        4 * AutoencoderImport.ImportTiny(Write(input, "a.safetensors"), null, null, "fuzzed", Path.Combine(Folder, "model")).Parameters;

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        using var scope = NewDisposeScope();
        foreach (var normalization in new[] { false, true })
        {
            using var network = new TinyAutoencoder(new() { Kind = AutoencoderKind.Tiny, Tiny = new TinyConfig { Width = 2, MiddleNormalization = normalization } });
            yield return Written("made", path => StateDictLoader.Save(network, path, ScalarType.Float16));
            yield return Written("made", path => SafetensorsWriter.Write(path, network.state_dict().ToDictionary(pair => OfDiffusers(pair.Key.Split('.', 3)), pair => pair.Value)));
        }
    }

    private static string OfDiffusers(string[] name) =>
        $"{name[0]}.layers.{int.Parse(name[1], CultureInfo.InvariantCulture) - (name[0] == "decoder" ? 1 : 0)}.{name[2]}";
}
