using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>The <c>model.json</c> of a model folder, its digests removed so that nothing vouches for it; what passes is loaded with its weights.</summary>
internal sealed class ModelFolderTarget : JsonTarget
{
    private string? _model;

    public override string Name => "model.json";

    // A network may have as many blocks as its weights have room for, if they are small; it is described without weights before it is loaded.
    public override long Allowance(long length) => (64 << 20) + 2048 * length;

    public override long Read(byte[] input)
    {
        File.WriteAllBytes(Path.Combine(Model(), ModelFolder.ManifestName), input);
        var (_, networks) = ModelFolder.Read(Model());
        var bytes = networks.Sum(network => network.parameters().Sum(parameter => parameter.numel() * parameter.element_size()));
        foreach (var network in networks) network.Dispose();
        return bytes;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        var text = File.ReadAllText(Path.Combine(Model(), ModelFolder.ManifestName));
        yield return Text(text[..text.LastIndexOf("\"stageDigests\"", StringComparison.Ordinal)].TrimEnd().TrimEnd(',') + "\n}\n");
    }

    private string Model()
    {
        if (_model is not null) return _model;
        Directory.CreateDirectory(Folder);
        var config = new ModelConfig
        {
            Name = "fuzzed",
            Size = [4, 4],
            Classes = 2,
            Stages = [new StageConfig { PatchSize = 1, Width = 8, Depth = 1, Heads = 1 }, new StageConfig { PatchSize = 2, Width = 8, Depth = 1, Heads = 2 }],
        };
        var manifest = new ModelManifest
        {
            FormatVersion = ModelManifest.CurrentFormat,
            Model = config,
            Diffusion = new DiffusionConfig(),
            Sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = 2 }, new StageSamplingConfig { Steps = 1 }] },
            Statistics = ComponentStatistics.Identity(2, 3),
            ClassNames = ["cat", "dog"],
        };
        using var scope = NewDisposeScope();
        var networks = Enumerable.Range(0, 2).Select(stage => new DiffusionTransformer(config.Transformer(stage))).ToArray();
        ModelFolder.Save(Path.Combine(Folder, "model"), manifest, [.. networks.Select(StateDictLoader.Extract)], ScalarType.Float32);
        foreach (var network in networks) network.Dispose();
        return _model = Path.Combine(Folder, "model");
    }
}
