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
        Write(path, images.Count, new PixelSize(images[0].Width, images[0].Height), images, labels);
    }

    /// <summary>Writes an archive of images that are made while it is written, so that only one is in memory; it appears complete or not at all.</summary>
    /// <param name="path">The .npz file.</param>
    /// <param name="count">Number of images, at least 1.</param>
    /// <param name="size">Their size.</param>
    /// <param name="images">As many images; stored as uint8 (N, H, W, 3).</param>
    /// <param name="labels">Class of every image, stored as int64 (N); null for an archive without.</param>
    /// <exception cref="ArgumentException">Images are of another number or size, or there are not as many labels.</exception>
    /// <exception cref="IOException">The file system refused.</exception>
    public static void Write(string path, int count, PixelSize size, IEnumerable<RgbImage> images, IReadOnlyList<int>? labels = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (labels is not null && labels.Count != count) throw new ArgumentException($"{count} images and {labels.Count} labels; give one label each, or none.", nameof(labels));
        WriteArrays(path, [count, size.Height, size.Width, 3], labels, entry =>
        {
            var written = 0;
            foreach (var image in images)
            {
                if (image.Width != size.Width || image.Height != size.Height) throw new ArgumentException("an archive holds images of one size.", nameof(images));
                if (++written > count) break;
                entry.Write(image.Pixels);
            }
            if (written != count) throw new ArgumentException($"{(written > count ? "more than" : $"{written} of")} {count} images came; the number is written first.", nameof(images));
        });
    }

    /// <summary>The same of images whose pixels are in files, which need not fit into memory.</summary>
    /// <param name="path">The .npz file.</param>
    /// <param name="pixels">Files that hold the pixels one after the other, (N, H, W, 3) in all.</param>
    /// <param name="count">Number of images N.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="labels">Class of every image; null writes none.</param>
    /// <exception cref="InvalidDataException">The files hold another number of pixels.</exception>
    internal static void Write(string path, IReadOnlyList<string> pixels, int count, int[] size, IReadOnlyList<int>? labels)
    {
        var (held, needed) = (pixels.Sum(file => new FileInfo(file).Length), 3L * count * size[0] * size[1]);
        if (held != needed) throw new InvalidDataException($"{path}: {held} bytes of pixels are there for {count} images, expected {needed}; gather the samples anew.");
        WriteArrays(path, [count, size[0], size[1], 3], labels, entry =>
        {
            foreach (var file in pixels)
            {
                using var part = File.OpenRead(file);
                part.CopyTo(entry);
            }
        });
    }

    private static void WriteArrays(string path, long[] shape, IReadOnlyList<int>? labels, Action<Stream> writePixels) => AtomicFile.Write(path, stream =>
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using (var entry = NpyEntry.Start(archive, "arr_0", "|u1", shape)) writePixels(entry);
        if (labels is null) return;
        using var classes = NpyEntry.Start(archive, "arr_1", "<i8", labels.Count);
        classes.Write(MemoryMarshal.AsBytes<long>(labels.Select(label => (long)label).ToArray()));
    });
}
