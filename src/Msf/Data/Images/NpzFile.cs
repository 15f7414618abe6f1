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
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            using (var entry = NpyEntry.Start(archive, "arr_0", "|u1", count, size[0], size[1], 3))
                foreach (var file in pixels)
                {
                    using var part = File.OpenRead(file);
                    part.CopyTo(entry);
                }
            if (labels is null) return;
            using (var entry = NpyEntry.Start(archive, "arr_1", "<i8", labels.Count))
                entry.Write(MemoryMarshal.AsBytes<long>(labels.Select(label => (long)label).ToArray()));
        });
    }
}
