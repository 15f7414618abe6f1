using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Samples of a model, made when they are read: image i is a function of seed, class and i.</summary>
/// <param name="model">The model; owned by the caller.</param>
/// <param name="labels">Class of every image.</param>
/// <param name="sampling">Settings.</param>
/// <param name="seed">Seed of all noise.</param>
internal sealed class ModelImages(MsfModel model, IReadOnlyList<int> labels, SamplingConfig sampling, long seed) : IImageSet
{
    /// <inheritdoc/>
    public string Name => model.Manifest.Model.Name;

    /// <inheritdoc/>
    public int Count => labels.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => labels;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => model.Manifest.ClassNames;

    /// <inheritdoc/>
    public LevelBatch Read(IReadOnlyList<int> places, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var request = new SamplingRequest { Labels = [.. places.Select(i => labels[i])], ImageIndices = [.. places.Select(i => (long)i)], Seed = seed, Sampling = sampling };
        return LevelBatch.Of(places, ImageTensors.ToLevels(model.Sample(request, cancellation: cancellation)));
    }

    /// <summary>Does nothing: the model is the caller's.</summary>
    public void Dispose()
    {
    }
}
