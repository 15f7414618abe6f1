namespace Msf.Data;

/// <summary>
/// A batch on its way to training, in plain memory: whoever prepares it makes no tensor, so that none can be lost with a thread. Each image is
/// prepared by one thread and touches its own part alone.
/// </summary>
/// <param name="position">Images visited before this batch.</param>
/// <param name="indices">Places in the store, in order.</param>
/// <param name="values">Room for the images, float32 (B, 3, H, W).</param>
/// <param name="store">Where the images come from.</param>
/// <param name="augmented">Whether there are augmentation labels.</param>
internal sealed class PreparedBatch(long position, int[] indices, float[] values, PixelStore store, bool augmented)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Exception> _faults = [];
    private readonly SortedDictionary<int, IReadOnlyList<BrokenImageAt>> _broken = [];

    /// <summary>Images visited before this batch.</summary>
    public long Position => position;

    /// <summary>Where the images come from: all of one size.</summary>
    public PixelStore Store => store;

    /// <summary>Number of images.</summary>
    public int Size => indices.Length;

    /// <summary>Places in the store that the order asks for; a broken one is replaced by another.</summary>
    public int[] Indices => indices;

    /// <summary>The images, float32 (B, 3, H, W) in [-1, 1].</summary>
    public float[] Values => values;

    /// <summary>Classes of the images that are in <see cref="Values"/>.</summary>
    public long[] Labels { get; } = new long[indices.Length];

    /// <summary>Augmentation labels, (B, <see cref="AugmentationLabel.Size"/>); empty where there are none.</summary>
    public float[] AugmentationLabels { get; } = new float[augmented ? indices.Length * AugmentationLabel.Size : 0];

    /// <summary>Broken images met on the way, in the order of the batch.</summary>
    public IEnumerable<BrokenImageAt> Broken => _broken.Values.SelectMany(list => list);

    /// <summary>What stopped the first image, in the order of the batch, that could not be prepared; null where all could.</summary>
    public Exception? Fault => _faults.Count == 0 ? null : _faults.First().Value;

    /// <summary>Images that a thread has taken on. Guarded by the pipeline's lock.</summary>
    public int Claimed { get; set; }

    /// <summary>Images that are finished. Guarded by the pipeline's lock.</summary>
    public int Finished { get; set; }

    /// <summary>Notes broken images met while preparing an image.</summary>
    public void AddBroken(int image, IReadOnlyList<BrokenImageAt> met)
    {
        if (met.Count == 0) return;
        lock (_gate) _broken[image] = met;
    }

    /// <summary>Notes that an image could not be prepared.</summary>
    public void Fail(int image, Exception fault)
    {
        lock (_gate) _faults[image] = fault;
    }
}
