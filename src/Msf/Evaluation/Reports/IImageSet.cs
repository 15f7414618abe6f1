namespace Msf.Evaluation;

/// <summary>Images that are looked at in a fixed order: samples of a model, of an archive or of a folder, or the images of a data set.</summary>
internal interface IImageSet : IDisposable
{
    /// <summary>What it is called in reports.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Class of every image; null where nobody told.</summary>
    public IReadOnlyList<int>? Labels { get; }

    /// <summary>Names of the classes that labels are places in; empty where nobody told.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Makes or reads images; one thread at a time.</summary>
    /// <param name="places">Which, at least one; a batch of the same places gives the same bytes.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="InvalidDataException">An image is damaged or of another size.</exception>
    public LevelBatch Read(IReadOnlyList<int> places, CancellationToken cancellation);
}
