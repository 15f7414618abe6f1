using System.IO.Compression;
using System.Runtime.InteropServices;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>Writes sample archives in the layout of ADM's evaluation: <c>arr_0</c> images, <c>arr_1</c> labels.</summary>
public static class NpzFile
{
    /// <summary>Writes an archive; it appears complete or not at all.</summary>
    /// <param name="path">The .npz file.</param>
    /// <param name="images">At least one image, all of one size; stored as uint8 (N, H, W, 3).</param>
    /// <param name="labels">Class of every image; stored as int64 (N).</param>
    /// <exception cref="ArgumentException">There is no image, sizes differ, or there are not as many labels.</exception>
    /// <exception cref="IOException">The file system refused.</exception>
    public static void Write(string path, IReadOnlyList<RgbImage> images, IReadOnlyList<int> labels)
    {
        if (images.Count == 0 || images.Count != labels.Count)
            throw new ArgumentException($"{images.Count} images and {labels.Count} labels; give at least one image, and one label each.", nameof(labels));
        var (width, height) = (images[0].Width, images[0].Height);
        if (images.Any(image => image.Width != width || image.Height != height))
            throw new ArgumentException("an archive holds images of one size.", nameof(images));
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            using (var entry = NpyEntry.Start(archive, "arr_0", "|u1", images.Count, height, width, 3))
                foreach (var image in images) entry.Write(image.Pixels);
            using (var entry = NpyEntry.Start(archive, "arr_1", "<i8", labels.Count))
                entry.Write(MemoryMarshal.AsBytes<long>(labels.Select(label => (long)label).ToArray()));
        });
    }
}
