using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Images of a data set, all or a choice, fitted to a square as training fits them (<see cref="ImageResizer"/>); a broken one is replaced by its neighbour as in training.</summary>
internal sealed class SourceImages : IImageSet
{
    private readonly IImageSource _source;
    private readonly ImageBatches _images;
    private readonly int[] _indices;

    /// <summary>Chooses.</summary>
    /// <param name="source">The set; owned by the caller.</param>
    /// <param name="imageSize">Side in pixels.</param>
    /// <param name="most">Most images, a random choice where there are more; they stay in the order of the set.</param>
    /// <param name="seed">Chooses.</param>
    /// <param name="broken">Told of every broken image once.</param>
    public SourceImages(IImageSource source, int imageSize, int most, long seed, Action<BrokenImage>? broken = null)
    {
        _source = source;
        _indices = new int[Math.Min(most, source.Count)];
        if (_indices.Length < source.Count) new BatchOrder(source.Count, seed).Indices(0, _indices);
        else for (var i = 0; i < _indices.Length; i++) _indices[i] = i;
        Array.Sort(_indices);
        _images = new ImageBatches(source, imageSize, new LoaderOptions { MemoryBudget = 0, Threads = 0 }, broken);
        Labels = [.. _indices.Select(source.LabelAt)];
    }

    /// <inheritdoc/>
    public string Name => Path.IsPathRooted(_source.Name) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(_source.Name)) : _source.Name; // folders of this machine are nobody's business

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => [.. _source.Classes.Select(known => known.Name)];

    /// <summary>What an image is called in its set.</summary>
    public string NameAt(int place) => _source.NameAt(_indices[place]);

    /// <inheritdoc/>
    public LevelBatch Read(IReadOnlyList<int> places, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        return LevelBatch.Of(places, ImageTensors.ToLevels(_images.At([.. places.Select(place => _indices[place])]).Images));
    }

    /// <inheritdoc/>
    public void Dispose() => _images.Dispose();
}
