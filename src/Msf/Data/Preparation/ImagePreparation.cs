namespace Msf.Data;

/// <summary>Turns images of a source into files: as they are where nothing is to be changed, else fitted and encoded anew.</summary>
/// <param name="source">The images.</param>
/// <param name="options">Size and encoding.</param>
internal sealed class ImagePreparation(IImageSource source, PreparationOptions options)
{
    private const int AtOnce = 64;

    /// <summary>Prepares images on several threads and hands them over in order; broken ones are told and left out.</summary>
    /// <param name="indices">Places in the source.</param>
    /// <param name="use">Takes a prepared image.</param>
    /// <param name="broken">Told of a broken one.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public void ForEach(IReadOnlyList<int> indices, Action<PreparedImage> use, Action<BrokenImage> broken, CancellationToken cancellation)
    {
        var results = new object[AtOnce];
        for (var first = 0; first < indices.Count; first += AtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(AtOnce, indices.Count - first);
            PixelStore.ForEach(count, i => results[i] = Prepare(indices[first + i]));
            foreach (var result in results.AsSpan(0, count))
            {
                if (result is PreparedImage image) use(image);
                else broken((BrokenImage)result);
            }
        }
    }

    private object Prepare(int index)
    {
        try
        {
            var label = source.LabelAt(index);
            if (options.Size is null && source is IEncodedImageSource files && files.ReadEncoded(index) is { } bytes)
            {
                ImageDecoder.Decode(bytes, source.NameAt(index));                             // a broken file is not passed on
                return new PreparedImage(index, label, bytes, ImageKinds.Of(bytes).Extension());
            }
            var image = source.Read(index).Image;
            if (options.Size is { } size) image = ImageResizer.Fit(image, size);
            return options.Encoding == PreparedEncoding.Png
                ? new PreparedImage(index, label, PngFile.Encode(image), "png")
                : new PreparedImage(index, label, WebPEncoder.Encode(image), "webp");
        }
        catch (Exception e) when (BrokenImages.IsBroken(e))
        {
            return BrokenImage.From(source.NameAt(index), e);
        }
    }
}
