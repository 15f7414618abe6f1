using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Turns images, from a model or from a data set, into features. Images are rounded to 8 bits, as files would hold them, and given to the network in their own size: it resizes them.
/// </summary>
/// <param name="network">The features; owned by the caller.</param>
/// <param name="batchSize">Images worked on together, at least 1; figures depend on it by rounding alone.</param>
public sealed class SampleEvaluator(IFeatureNetwork network, int batchSize = 16)
{
    private readonly int _batchSize = batchSize >= 1 ? batchSize : throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, "at least one image at a time.");

    /// <summary>The features.</summary>
    public IFeatureNetwork Network => network;

    /// <summary>Images worked on together.</summary>
    public int BatchSize => _batchSize;

    /// <summary>Features of a data set's images, fitted to a square as training fits them (<see cref="ImageResizer"/>); a broken image is replaced by its neighbour as in training.</summary>
    /// <param name="source">The images.</param>
    /// <param name="imageSize">Width and height in pixels.</param>
    /// <param name="count">How many images, a random choice where these are not all; null for all.</param>
    /// <param name="seed">Chooses them, and their order.</param>
    /// <param name="keep">Most images whose features are kept.</param>
    /// <param name="goOn">Asked after every batch with the images done; false ends early with what there is. Null never ends early.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Looked at after every batch.</param>
    /// <returns>The features, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The set has fewer images than asked for.</exception>
    /// <exception cref="InvalidDataException">More images are broken than a set may have, or the network gives nonsense.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public FeatureSummary OfSource(
        IImageSource source, int imageSize, int? count = null, long seed = 0, int keep = 0, Func<int, bool>? goOn = null, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        var wanted = count ?? source.Count;
        if (wanted > source.Count || wanted < 1) throw new ArgumentException($"{wanted} images were asked for, {source.Name} has {source.Count}.", nameof(count));
        using var images = new ImageBatches(source, imageSize, new LoaderOptions { Seed = seed, MemoryBudget = 0 });
        return Collect(keep, summary =>
        {
            for (var done = 0; done < wanted;)
            {
                using var scope = NewDisposeScope();
                var size = Math.Min(_batchSize, wanted - done);
                Add(summary, images.Next(size, cancellation).Images);
                done += size;
                progress?.Report(new EvaluationProgress(done, wanted));
                cancellation.ThrowIfCancellationRequested();
                if (goOn is not null && !goOn(done)) break;
            }
        });
    }

    /// <summary>Features of a model's samples.</summary>
    /// <param name="model">A model of images, or of latents with its autoencoder.</param>
    /// <param name="request">What to sample.</param>
    /// <param name="keep">Most images whose features are kept.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Looked at after every solver step.</param>
    /// <returns>The features, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The request does not fit the model, or the model makes no images.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public FeatureSummary OfModel(
        MsfModel model, SamplingRequest request, int keep = 0, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        RequireImages(model);
        return Collect(keep, summary => model.SampleInBatches(
            request, _batchSize,
            (first, images) =>
            {
                Add(summary, images);
                progress?.Report(new EvaluationProgress(first + (int)images.shape[0], request.Labels.Count));
            },
            cancellation: cancellation));
    }

    /// <summary>Adds the features of images to a summary.</summary>
    /// <param name="summary">Of the network's width.</param>
    /// <param name="images">(B, 3, H, W), in [-1, 1]; values outside are clamped.</param>
    public void Add(FeatureSummary summary, Tensor images)
    {
        using var scope = NewDisposeScope();
        summary.Add(Features(images));
    }

    /// <summary>Features of images.</summary>
    /// <param name="images">(B, 3, H, W), in [-1, 1]; values outside are clamped.</param>
    /// <returns>(B, D), float32, owned by the caller's dispose scope.</returns>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return network.Features(ImageTensors.ToLevels(images)).MoveToOuterDisposeScope();
    }

    /// <summary>Requires a model to make images.</summary>
    /// <exception cref="ArgumentException">It makes latents, and there is no autoencoder to decode them.</exception>
    public static void RequireImages(MsfModel model)
    {
        if (model.Autoencoder is null && model.Manifest.Model.Channels != 3)
            throw new ArgumentException($"{model.Manifest.Model.Name} makes latents of {model.Manifest.Model.Channels} channels and brings no autoencoder; give its folder.", nameof(model));
    }

    private FeatureSummary Collect(int keep, Action<FeatureSummary> fill)
    {
        var summary = new FeatureSummary(network.Width, keep);
        try
        {
            fill(summary);
            return summary;
        }
        catch
        {
            summary.Dispose();
            throw;
        }
    }
}
