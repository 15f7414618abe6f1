using System.IO.Compression;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Mean and covariance of features, as Frechet distances need them and the statistics files of ADM's evaluation (<c>mu</c>, <c>sigma</c>) hold them.</summary>
public sealed class FeatureMoments : IDisposable
{
    private const string CountName = "count";

    /// <summary>Takes ownership of mean and covariance.</summary>
    /// <param name="mean">(D), float64, on the CPU.</param>
    /// <param name="covariance">(D, D), float64, on the CPU; symmetric.</param>
    /// <param name="count">Number of images they are of; null where nobody told.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a number is not finite.</exception>
    public FeatureMoments(Tensor mean, Tensor covariance, long? count = null)
    {
        if (mean.shape is not [> 0 and var width] || covariance.shape is not [var rows, var columns] || rows != width || columns != width)
            throw new ArgumentException($"mean is {ShapeGuard.Format(mean.shape)} and covariance {ShapeGuard.Format(covariance.shape)}, expected (D) and (D, D).", nameof(covariance));
        using (var scope = NewDisposeScope())
            if (!mean.isfinite().all().item<bool>() || !covariance.isfinite().all().item<bool>()) throw new ArgumentException("mean and covariance must be finite numbers.", nameof(covariance));
        (Mean, Covariance, Count, Width) = (mean.DetachFromDisposeScope(), covariance.DetachFromDisposeScope(), count, (int)width);
    }

    /// <summary>Mean, (D), float64, on the CPU.</summary>
    public Tensor Mean { get; }

    /// <summary>Covariance, (D, D), float64, on the CPU.</summary>
    public Tensor Covariance { get; }

    /// <summary>Number of images; null where a file does not tell, as ADM's do not.</summary>
    public long? Count { get; }

    /// <summary>Number of features D.</summary>
    public int Width { get; }

    /// <summary>Reads a statistics file.</summary>
    /// <param name="path">A .npz archive with <c>mu</c>, (D), and <c>sigma</c>, (D, D); <c>count</c> where this program wrote it.</param>
    /// <returns>The moments, owned by the caller.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no archive of statistics.</exception>
    public static FeatureMoments Read(string path)
    {
        using var archive = NpzArchive.Open(path);
        return Read(archive);
    }

    /// <summary>Reads moments from an archive that holds more.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="suffix">What follows <c>mu</c>, <c>sigma</c> and <c>count</c> in the names.</param>
    internal static FeatureMoments Read(NpzArchive archive, string suffix = "")
    {
        using var scope = NewDisposeScope();
        var (mean, covariance) = archive.ReadStatistics(suffix);
        var name = $"{CountName}{suffix}";
        long? count = archive.Names.Contains(name) && archive.Read(name) is { dtype: ScalarType.Int64 } number && number.numel() == 1 && number.item<long>() is >= 2 and var images ? images : null;
        return new FeatureMoments(mean, covariance, count);
    }

    /// <summary>Writes a statistics file, which appears complete or not at all; ADM's evaluation and pytorch-fid read it.</summary>
    /// <param name="path">The .npz file.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Write(archive);
    });

    /// <summary>Writes the arrays into an archive that holds more.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="suffix">What follows <c>mu</c>, <c>sigma</c> and <c>count</c> in the names.</param>
    internal void Write(ZipArchive archive, string suffix = "")
    {
        using (var entry = NpyEntry.Start(archive, $"mu{suffix}", "<f8", Width)) TensorBytes.Visit(Mean, (piece, _) => entry.Write(piece));
        using (var entry = NpyEntry.Start(archive, $"sigma{suffix}", "<f8", Width, Width)) TensorBytes.Visit(Covariance, (piece, _) => entry.Write(piece));
        if (Count is not { } count) return;
        using (var entry = NpyEntry.Start(archive, $"{CountName}{suffix}", "<i8", 1)) entry.Write(BitConverter.GetBytes(count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Covariance.Dispose();
    }
}
