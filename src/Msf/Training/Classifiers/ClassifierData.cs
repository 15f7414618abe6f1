using Msf.Data;

namespace Msf.Training;

/// <summary>What a classifier is trained on, and what it is judged by.</summary>
/// <param name="Batches">To train on, augmented.</param>
/// <param name="HeldOut">To judge by, as they are.</param>
/// <param name="HeldOutSource">Where those come from.</param>
/// <param name="SourceImages">Images of the source, held-out ones included where they are of it.</param>
internal sealed record ClassifierData(ImageBatches Batches, ImageBatches HeldOut, IImageSource HeldOutSource, int SourceImages) : IDisposable
{
    /// <summary>Parts the source, or opens the set of held-out images.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="source">The images; stays the caller's.</param>
    /// <param name="broken">Told of broken images.</param>
    /// <exception cref="ArgumentException">The held-out images have other classes, or none can be held out.</exception>
    internal static ClassifierData Open(ClassifierRunConfig config, IImageSource source, Action<BrokenImage> broken)
    {
        IImageSource training = source, heldOut;
        if (config.HeldOut.Source is { } other)
        {
            heldOut = ImageSources.Open(other, config.Data.Classes);
            if (!heldOut.Classes.Select(c => c.Name).SequenceEqual(source.Classes.Select(c => c.Name)))
            {
                heldOut.Dispose();
                throw new ArgumentException($"{other} has other classes than {source.Name}; judge by images of the same ones.");
            }
        }
        else
        {
            (training, heldOut) = HeldOutSplit.Of(source, config.HeldOut.ResolvedShare, config.HeldOut.Group, config.Training.Seed);
        }
        var loader = config.Data.Loader(config.Training.Seed);
        ImageBatches? batches = null;
        try
        {
            batches = new ImageBatches(training, config.Size, loader, broken);
            var judged = new ImageBatches(heldOut, config.Size, new LoaderOptions { MemoryBudget = loader.MemoryBudget, MaxBroken = loader.MaxBroken, Threads = 0 }, broken);
            return new ClassifierData(batches, judged, heldOut, source.Count);
        }
        catch
        {
            batches?.Dispose();
            heldOut.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Batches.Dispose();
        HeldOut.Dispose();
        HeldOutSource.Dispose();
    }
}
