using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Gathers the images of a data set, of a model or of an archive into an <see cref="EvaluationSet"/>.</summary>
/// <param name="network">The features; owned by the caller.</param>
/// <param name="options">What is gathered.</param>
/// <param name="batchSize">Images worked on together, at least 1; figures depend on it by rounding alone.</param>
public sealed class SetCollector(IFeatureNetwork network, EvaluationOptions options, int batchSize = 16)
{
    private readonly int _batchSize = batchSize >= 1 ? batchSize : throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, "at least one image at a time.");

    /// <summary>
    /// Gathers a data set, fitted to a square as training fits it (<see cref="ImageResizer"/>), in a shuffled order. Images are named by their numbers in the set; a broken one
    /// is replaced by its neighbour as in training.
    /// </summary>
    /// <param name="source">The images.</param>
    /// <param name="imageSize">Width and height in pixels.</param>
    /// <param name="count">How many images, a random choice where these are not all; null for all.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Looked at after every batch.</param>
    /// <returns>The set, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The set has fewer images than asked for.</exception>
    /// <exception cref="InvalidDataException">More images are broken than a set may have, or the network gives nonsense.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationSet OfSource(IImageSource source, int imageSize, int? count = null, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        var wanted = count ?? source.Count;
        if (wanted > source.Count || wanted < 1) throw new ArgumentException($"{wanted} images were asked for, {source.Name} has {source.Count}.", nameof(count));
        using var images = new ImageBatches(source, imageSize, new LoaderOptions { Seed = options.Seed, MemoryBudget = 0 });
        var order = new BatchOrder(source.Count, options.Seed);
        return Collect(source.Name, [.. source.Classes.Select(c => c.Name)], set =>
        {
            for (var done = 0; done < wanted;)
            {
                using var scope = NewDisposeScope();
                var places = new int[Math.Min(_batchSize, wanted - done)];
                order.Indices(done, places);
                var batch = images.Next(places.Length, cancellation);
                set.Add(batch.Images, [.. batch.Labels.data<long>().Select(label => (int)label)], Array.ConvertAll(places, place => (long)place));
                done += places.Length;
                progress?.Report(new EvaluationProgress(done, wanted));
                cancellation.ThrowIfCancellationRequested();
            }
        });
    }

    /// <summary>Gathers a model's samples, named by their numbers in the request.</summary>
    /// <param name="model">A model of images, or of latents with its autoencoder.</param>
    /// <param name="request">What to sample.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Looked at after every solver step.</param>
    /// <returns>The set, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The request does not fit the model, or the model makes no images.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationSet OfModel(MsfModel model, SamplingRequest request, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        SampleEvaluator.RequireImages(model);
        return Collect(model.Manifest.Model.Name, ClassNames(model.Manifest), set => model.SampleInBatches(
            request, _batchSize,
            (first, images) =>
            {
                set.Add(images, [.. request.Labels.Skip((int)first).Take((int)images.shape[0])]);
                progress?.Report(new EvaluationProgress((int)set.Count, request.Labels.Count));
            },
            cancellation: cancellation));
    }

    /// <summary>Gathers an archive of images, as ADM's evaluation takes them, without loading it whole.</summary>
    /// <param name="images">The archive; owned by the caller.</param>
    /// <param name="classes">Names of the classes that its labels count; null where they are to be ignored.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Looked at after every batch.</param>
    /// <returns>The set, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">The archive is broken, or a label is none of the classes.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationSet OfArchive(NpzImages images, IReadOnlyList<string>? classes = null, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default) =>
        Collect(images.Name, classes, set =>
        {
            foreach (var batch in images.Batches(_batchSize))
            {
                using var scope = NewDisposeScope();
                scope.Attach(batch.Levels);
                if (classes is not null && Array.Exists(batch.Labels, label => label < 0 || label >= classes.Count))
                    throw new InvalidDataException($"{images.Name}: a label is none of the {classes.Count} classes.");
                set.Add(batch.Levels, classes is null ? [] : batch.Labels);
                progress?.Report(new EvaluationProgress((int)set.Count, images.Count));
                cancellation.ThrowIfCancellationRequested();
            }
        });

    /// <summary>Names of a model's classes; their numbers where they have none.</summary>
    /// <param name="manifest">The model.</param>
    public static IReadOnlyList<string> ClassNames(ModelManifest manifest) =>
        manifest.ClassNames.Length > 0 ? manifest.ClassNames : [.. Enumerable.Range(0, manifest.Model.Classes).Select(label => label.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    private EvaluationSet Collect(string source, IReadOnlyList<string>? classes, Action<EvaluationSet> fill)
    {
        var set = new EvaluationSet(network, options, source, classes);
        try
        {
            fill(set);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }
}
