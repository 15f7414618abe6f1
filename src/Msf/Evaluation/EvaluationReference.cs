using System.IO.Compression;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>What samples are judged by: moments of a data set's features with their root, and some of the features themselves, for the kernel distance.</summary>
public sealed class EvaluationReference : IDisposable
{
    private const string FeaturesName = "features";

    private EvaluationReference(FeatureMoments moments, Tensor? features)
    {
        (Moments, Features) = (moments, features?.DetachFromDisposeScope());
        Frechet = new FrechetReference(moments);
    }

    /// <summary>Mean and covariance.</summary>
    public FeatureMoments Moments { get; }

    /// <summary>Computes Frechet distances.</summary>
    public FrechetReference Frechet { get; }

    /// <summary>Features of some images, (K, D), float32; null where there are none, as in the files of ADM.</summary>
    public Tensor? Features { get; }

    /// <summary>Takes what an evaluation collected.</summary>
    /// <param name="summary">Features of data; not needed afterwards.</param>
    /// <returns>The reference, owned by the caller.</returns>
    /// <exception cref="InvalidOperationException">It has fewer than two images.</exception>
    public static EvaluationReference Of(FeatureSummary summary) => new(summary.Statistics.Moments(), summary.Kept >= 2 ? summary.Features() : null);

    /// <summary>Reads a statistics file: ADM's, or one that <see cref="Write"/> made.</summary>
    /// <param name="path">A .npz archive with <c>mu</c> and <c>sigma</c>, and <c>features</c> where it has them.</param>
    /// <returns>The reference, owned by the caller.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no archive of statistics.</exception>
    public static EvaluationReference Read(string path)
    {
        using var scope = NewDisposeScope();
        var moments = FeatureMoments.Read(path);
        using var archive = NpzArchive.Open(path);
        var features = archive.Names.Contains(FeaturesName) ? archive.Read(FeaturesName) : null;
        if (features is not null && (features.shape is not [> 1, var width] || width != moments.Width || !features.is_floating_point() || !features.isfinite().all().item<bool>()))
            throw new InvalidDataException($"{path}: features are {features.dtype} {ShapeGuard.Format(features.shape)}, expected finite numbers (K, {moments.Width}).");
        return new EvaluationReference(moments, features?.to(ScalarType.Float32));
    }

    /// <summary>Writes a statistics file, which appears complete or not at all; ADM's evaluation and pytorch-fid read its <c>mu</c> and <c>sigma</c>.</summary>
    /// <param name="path">The .npz file.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Moments.Write(archive);
        if (Features is null) return;
        using var entry = NpyEntry.Start(archive, FeaturesName, "<f4", Features.shape);
        TensorBytes.Visit(Features, (piece, _) => entry.Write(piece));
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        Moments.Dispose();
        Frechet.Dispose();
        Features?.Dispose();
    }
}
