using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Images of a .npz archive in the layout of ADM's evaluation: <c>arr_0</c> images, and <c>arr_1</c> their classes where it has them.</summary>
internal sealed class ArchiveImages : IImageSet
{
    private readonly Tensor _images;                                                          // (N, H, W, 3), uint8

    /// <summary>Reads the archive.</summary>
    /// <param name="path">The .npz file.</param>
    /// <param name="most">Most images: the first ones.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no archive of images.</exception>
    public ArchiveImages(string path, int most = int.MaxValue)
    {
        Name = Path.GetFileName(path);
        using var scope = NewDisposeScope();
        using var archive = NpzArchive.Open(path);
        var images = archive.ReadImages();
        Count = (int)Math.Min(images.shape[0], most);
        if (archive.Names.Contains("arr_1"))
        {
            var labels = archive.Read("arr_1");
            if (labels.shape is not [var count] || count != images.shape[0] || !labels.is_integral() || labels.to(ScalarType.Int64).data<long>().Any(label => label < 0))
                throw new InvalidDataException($"{path}: arr_1 is {labels.dtype} ({string.Join(", ", labels.shape)}), expected the classes of {images.shape[0]} images, whole numbers from 0 on.");
            Labels = [.. labels.to(ScalarType.Int32).data<int>().Take(Count)];
        }
        _images = images.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => [];

    /// <summary>Whether an archive holds images.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no archive.</exception>
    public static bool Holds(string path)
    {
        using var archive = NpzArchive.Open(path);
        return archive.Names.Contains("arr_0");
    }

    /// <inheritdoc/>
    public LevelBatch Read(IReadOnlyList<int> places, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        return LevelBatch.Of(places, _images.index_select(0, tensor(places.Select(place => (long)place).ToArray())).permute(0, 3, 1, 2));
    }

    /// <inheritdoc/>
    public void Dispose() => _images.Dispose();
}
