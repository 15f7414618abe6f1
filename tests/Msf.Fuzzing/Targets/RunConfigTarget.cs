using Msf.Training;

namespace Msf.Fuzzing;

/// <summary>Configurations of runs, of diffusion models and of autoencoders, as <c>msf train --config FILE</c> reads and checks them.</summary>
internal sealed class RunConfigTarget : JsonTarget
{
    private static readonly string[] _presets = ["tiny", "autoencoder-tiny", "cifar10", "autoencoder-cifar10", "noto-emoji"];

    public override string Name => "run config";

    public override long Read(byte[] input)
    {
        var path = Write(input, "a.json");
        Refuse(RunConfigReader.KindOf(path) == RunKind.Autoencoder ? RunConfigReader.ReadAutoencoder(path, []).Validate() : RunConfigReader.Read(path, []).Validate());
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus() => _presets.Select(name => Text(Presets.Read(name)));

    private static void Refuse(IReadOnlyList<string> errors)
    {
        if (errors.Count > 0) throw new InvalidDataException(string.Join("; ", errors));
    }
}
