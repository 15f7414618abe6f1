namespace Msf.Data;

/// <summary>
/// Counts the broken images of a source and ends the run where there are too many. Used by the consumer of the batches, in their order, so
/// that count and end do not depend on how far the loader threads have run ahead. Not thread-safe.
/// </summary>
/// <param name="source">The set.</param>
/// <param name="maxShare">Largest share of its images that may be broken; see <see cref="LoaderOptions.MaxBroken"/>.</param>
/// <param name="found">Told of every broken image once, in a fixed order.</param>
internal sealed class BrokenImages(ILabeledSet source, double maxShare, Action<BrokenImage>? found)
{
    private const int Named = 3;
    private readonly HashSet<int> _known = [];
    private readonly List<BrokenImage> _list = [];

    /// <summary>Broken images that may be met.</summary>
    public int Allowed { get; } = maxShare == 0 ? 0 : Math.Max(1, (int)(maxShare * source.Count));

    /// <summary>The broken images met so far, in the order in which the batches met them.</summary>
    public IReadOnlyList<BrokenImage> All => _list;

    /// <summary>Adds those that are new.</summary>
    /// <exception cref="InvalidDataException">There are now more than allowed.</exception>
    public void Add(IEnumerable<BrokenImageAt> met)
    {
        foreach (var (index, image) in met)
        {
            if (!_known.Add(index)) continue;
            _list.Add(image);
            found?.Invoke(image);
            if (_list.Count > Allowed) throw TooMany(_list);
        }
    }

    /// <summary>The one line that ends a run.</summary>
    /// <param name="met">Broken images met, all of them different.</param>
    public InvalidDataException TooMany(IReadOnlyList<BrokenImage> met)
    {
        var named = string.Join("; ", met.Take(Named).Select(image => $"{image.Name}: {image.Why.TrimEnd('.')}"));
        return new InvalidDataException(
            $"{source.Name} has at least {met.Count} broken images of {source.Count}, at most {Allowed} are allowed ({named}{(met.Count > Named ? "; ..." : "")}). "
            + "Repair or remove them (msf data inspect lists all), or raise data.maxBroken.");
    }

    /// <summary>
    /// Whether an exception says that an image is broken: damaged, absent, or closed to us. Other faults of reading (a disk, a network) are no
    /// property of the image and end the run, which can be resumed.
    /// </summary>
    public static bool IsBroken(Exception e) =>
        e is InvalidDataException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException;
}
