using Msf.Evaluation;

namespace Msf.Fuzzing;

/// <summary>The manifest beside a feature network.</summary>
internal sealed class FeatureManifestTarget : JsonTarget
{
    public override string Name => "feature manifest";

    public override long Read(byte[] input)
    {
        var manifest = FeatureManifest.Read(Write(input, "network.json"));
        return manifest.Classes.Length;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        yield return Text("""{ "input": { "type": "floats", "range": [0, 1], "mean": [0.5, 0.4, 0.3], "standardDeviation": [1, 2, 3], "size": 224, "resize": "bicubic" }, "features": { "index": 0 } }""");
        yield return Text("""{ "features": { "arguments": [true] }, "logits": { "arguments": [false, true] }, "spatial": { "index": 1, "channels": 7 }, "classes": ["a", "b"] }""");
    }
}
