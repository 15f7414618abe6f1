namespace Msf.Data;

/// <summary>Looks at every image of a set before hours of training depend on it.</summary>
public static class DataInspection
{
    /// <summary>Decodes every image. A damaged one is listed with the reason, not thrown.</summary>
    /// <param name="source">The set.</param>
    /// <param name="progress">Told the number of images done, now and then and from any thread.</param>
    /// <param name="cancellationToken">Stops the inspection.</param>
    /// <exception cref="OperationCanceledException">The inspection was stopped.</exception>
    public static InspectionReport Inspect(
        IImageSource source, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var sizes = new (int Width, int Height)[source.Count];
        var faults = new BrokenImage?[source.Count];
        var done = 0;
        Parallel.For(0, source.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                var image = source.Read(i).Image;
                sizes[i] = (image.Width, image.Height);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                faults[i] = BrokenImage.From(source.NameAt(i), e);
            }
            var now = Interlocked.Increment(ref done);
            if (now % 256 == 0 || now == source.Count) progress?.Report(now);
        });

        var readable = sizes.Where(size => size.Width > 0).ToArray();
        return new InspectionReport(
            source.Name, source.Count, source.Classes,
            Range(Array.ConvertAll(readable, size => size.Width)), Range(Array.ConvertAll(readable, size => size.Height)), [.. faults.OfType<BrokenImage>()]);
    }

    private static SizeRange? Range(int[] sizes) => sizes.Length == 0 ? null : new SizeRange(sizes.Min(), sizes.Max());
}
