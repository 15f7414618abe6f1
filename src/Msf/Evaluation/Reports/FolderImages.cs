using System.Globalization;
using Msf.Data;

namespace Msf.Evaluation;

/// <summary>Image files of a folder, as <c>msf sample</c> writes them, or of one folder a class; all of one size.</summary>
internal sealed class FolderImages : IImageSet
{
    private const string ClassKey = "msf:class";
    private readonly string[] _files;
    private readonly int _width, _height;

    /// <summary>Lists the files, in ordinal order of their names.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="most">Most images: the first ones.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no images, or the first is damaged.</exception>
    public FolderImages(string folder, int most = int.MaxValue)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"there is no folder {folder}; give a folder of image files, or a .npz archive of samples.");
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        string[] classes = [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        var flat = Files(folder);
        if (flat.Length == 0 && classes.Length > 0)
        {
            var labeled = classes.SelectMany((name, label) => Files(Path.Combine(folder, name)).Select(file => (File: file, Label: label))).Take(most).ToArray();
            (_files, Labels, ClassNames) = ([.. labeled.Select(entry => entry.File)], [.. labeled.Select(entry => entry.Label)], classes);
        }
        else
        {
            _files = [.. flat.Take(most)];
            Labels = LabelsOf(_files);
        }
        if (_files.Length == 0) throw new InvalidDataException($"{folder} holds no image files (PNG, JPEG, WebP, BMP); give a folder that msf sample --out DIR wrote, or a .npz archive.");
        var first = ImageDecoder.Decode(_files[0]);
        (_width, _height) = (first.Width, first.Height);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _files.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = [];

    /// <inheritdoc/>
    public LevelBatch Read(IReadOnlyList<int> places, CancellationToken cancellation)
    {
        var size = 3 * _height * _width;
        var levels = new byte[(long)places.Count * size];
        for (var i = 0; i < places.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = ImageDecoder.Decode(_files[places[i]]);
            if (image.Width != _width || image.Height != _height)
                throw new InvalidDataException($"{_files[places[i]]} has {image.Width} x {image.Height} pixels, the first one {_width} x {_height}; samples are of one size.");
            for (var p = 0; p < size; p++) levels[i * size + p % 3 * (size / 3) + p / 3] = image.Pixels[p];
        }
        return new LevelBatch(places, levels, places.Count, _height, _width);
    }

    /// <summary>Does nothing: files are open only while they are read.</summary>
    public void Dispose()
    {
    }

    private static string[] Files(string folder) => [.. Directory.GetFiles(folder).Where(ImageDecoder.IsImageFile).Order(StringComparer.Ordinal)];

    // Known where every file says it, as those of msf sample do.
    private static int[]? LabelsOf(string[] files)
    {
        var labels = new int[files.Length];
        for (var i = 0; i < files.Length; i++)
        {
            if (!files[i].EndsWith(".png", StringComparison.OrdinalIgnoreCase) || !PngFile.ReadText(files[i]).TryGetValue(ClassKey, out var text)
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out labels[i]))
                return null;
        }
        return labels;
    }
}
