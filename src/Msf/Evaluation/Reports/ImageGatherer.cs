using System.Diagnostics;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Gathers what an evaluation needs of a set of images: one thread makes or reads them, another looks at them, and what is known is saved now and then. Batches begin at multiples of their
/// size, whenever it was saved, so that a killed evaluation gives the same bits.
/// </summary>
/// <param name="network">The features; owned by the caller.</param>
/// <param name="metrics">What is gathered.</param>
/// <param name="work">Where it is saved.</param>
/// <param name="batchSize">Images worked on together.</param>
/// <param name="saveEvery">Least time between two savings.</param>
internal sealed class ImageGatherer(IFeatureNetwork network, EvaluationOptions metrics, EvaluationWork work, int batchSize, TimeSpan saveEvery)
{
    private const int Ahead = 3;                                                              // batches that wait for their features
    private const int SavingShare = 20;                                                       // saving takes at most a twentieth of the time

    /// <summary>Gathers all images of a set, going on from what was saved of it.</summary>
    /// <param name="name">Name of the set in the work folder.</param>
    /// <param name="images">The images.</param>
    /// <param name="classes">Names of the classes that labels are places in; empty where there are none.</param>
    /// <param name="keepsPixels">Whether pixels are kept for <see cref="EvaluationWork.Pixels"/>.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Looked at after every batch and solver step; what was gathered is saved.</param>
    /// <returns>Owned by the caller.</returns>
    public GatheredImages Gather(string name, IImageSet images, IReadOnlyList<string> classes, bool keepsPixels, IProgress<GatherProgress>? progress, CancellationToken cancellation)
    {
        var saved = work.Load(name, network, metrics);
        var set = saved?.Set ?? new EvaluationSet(network, metrics, images.Name, classes);
        try
        {
            var digest = new ImageDigest();
            if (saved is { } old) digest.Text = old.State.Digest;
            if (keepsPixels) work.DropPixelsFrom((int)set.Count);
            var (clock, before, savedAt) = (Stopwatch.StartNew(), saved?.State.Seconds ?? 0, TimeSpan.Zero);
            var (start, started, pixels) = ((int)set.Count, (int)set.Count, new List<byte[]>());
            var pause = saveEvery;
            GatherState State() => new((int)set.Count, digest.Text, before + clock.Elapsed.TotalSeconds);
            void Save()
            {
                if (set.Count < 2 || set.Count == (saved?.State.Images ?? 0)) return;
                if (pixels.Count > 0) work.AddPixels(started, pixels);
                pixels.Clear();
                saved = (set, State());
                started = (int)set.Count;
                var began = clock.Elapsed;
                work.Save(name, set, saved.Value.State);
                savedAt = clock.Elapsed;
                if (saveEvery > TimeSpan.Zero && SavingShare * (savedAt - began) > pause) pause = SavingShare * (savedAt - began);
            }
            try
            {
                BoundedPipeline.Run<LevelBatch>(
                    Ahead,
                    (hand, stop) =>
                    {
                        for (var first = start; first < images.Count; first += batchSize)
                        {
                            stop.ThrowIfCancellationRequested();
                            hand(images.Read([.. Enumerable.Range(first, Math.Min(batchSize, images.Count - first))], stop));
                        }
                    },
                    batch =>
                    {
                        Add(set, batch, images.Labels, digest);
                        if (keepsPixels) pixels.Add(batch.Interleaved());
                        progress?.Report(new GatherProgress(name, (int)set.Count, images.Count));
                        if (clock.Elapsed - savedAt >= pause) Save();
                    },
                    cancellation);
            }
            catch (OperationCanceledException)
            {
                Save();
                throw;
            }
            Save();
            return new GatheredImages(set, saved?.State ?? State());
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    private static void Add(EvaluationSet set, LevelBatch batch, IReadOnlyList<int>? labels, ImageDigest digest)
    {
        using var scope = NewDisposeScope();
        int[] own = labels is null ? [] : [.. batch.Places.Select(place => labels[place])];
        set.Add(batch.ToTensor(), set.Description.Classes.Length > 0 ? own : []);
        digest.Add(batch, own);
    }
}
