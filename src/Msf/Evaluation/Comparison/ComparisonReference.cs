using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>What all models of a comparison are judged by.</summary>
internal sealed class ComparisonReference : IDisposable
{
    private const int KeptFeatures = 2048;

    private readonly IFeatureNetwork _network;
    private readonly int _side;

    private ComparisonReference(IFeatureNetwork network, int batchSize, EvaluationReference data, long[] classCounts, int side)
    {
        (_network, Data, ClassCounts, _side) = (network, data, classCounts, side);
        Evaluator = new SampleEvaluator(network, batchSize);
    }

    /// <summary>Features and batch size.</summary>
    public SampleEvaluator Evaluator { get; }

    /// <summary>Statistics of the data.</summary>
    public EvaluationReference Data { get; }

    /// <summary>Images of every class, whose shares the samples have.</summary>
    public long[] ClassCounts { get; }

    /// <summary>Loads the network and the statistics of the data; those are measured where the folder does not have them.</summary>
    /// <param name="model">One of the models: all make images of the same size and classes.</param>
    /// <param name="data">The images.</param>
    /// <param name="measures">How models are judged.</param>
    /// <param name="folder">Keeps the statistics, under a name that tells of what.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="progress">Told of the images of the data.</param>
    /// <param name="cancellation">Looked at after every batch.</param>
    public static ComparisonReference Open(
        MsfModel model, string data, ComparisonMeasures measures, ComparisonFolder folder, Device device, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        var network = FeatureNetworks.Open(measures.Features, device);
        try
        {
            using var source = ModelData.Open(model.Manifest, data);
            ModelData.RequireSeveral(source.Name, source.Count);
            var side = ModelData.ImageSize(model);
            var kept = folder.Reference(NameOf(new { network.Digest, source.Name, source.Count, Classes = source.Classes.Select(c => c.Name), measures.ReferenceImages, side }));
            if (!File.Exists(kept))
            {
                using var summary = new SampleEvaluator(network, measures.BatchSize).OfSource(
                    source, side, Math.Min(source.Count, measures.ReferenceImages ?? int.MaxValue), 0, KeptFeatures, null, progress, cancellation);
                using var measured = EvaluationReference.Of(summary);
                measured.Write(kept);
            }
            return new ComparisonReference(network, measures.BatchSize, EvaluationReference.Read(kept), [.. source.Classes.Select(c => (long)c.Count)], side);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Requires a model to make images of this size.</summary>
    /// <exception cref="ArgumentException">It makes others.</exception>
    public void RequireFit(MsfModel model)
    {
        if (ModelData.ImageSize(model) is var side && side != _side)
            throw new ArgumentException($"{model.Manifest.Model.Name} makes images of {side} pixels, the arms before it of {_side}; a comparison needs one size.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Data.Dispose();
        _network.Dispose();
    }

    private static string NameOf(object identity) => FileDigest.OfText(JsonSerializer.Serialize(identity, JsonFormat.Line))[..12];
}
