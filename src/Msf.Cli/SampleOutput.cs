using System.Globalization;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>Where sampled images go: one sheet, one archive, or one file each, which is written as soon as its batch is done and kept by a stop.</summary>
internal sealed class SampleOutput
{
    private const int LargestSheet = 4096;
    private readonly string _path;
    private readonly Kind _kind;
    private readonly List<RgbImage> _images = [];
    private readonly List<string> _files = [];

    private SampleOutput(string path, Kind kind) => (_path, _kind) = (path, kind);

    private enum Kind
    {
        Sheet,
        Archive,
        Folder,
    }

    /// <summary>Chooses by the name: .png a sheet, .npz an archive, no extension a folder. Checks before any work is done.</summary>
    /// <exception cref="UsageException">The name has another extension, or the sheet would be too large.</exception>
    internal static SampleOutput Create(string path, int count)
    {
        var kind = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => Kind.Sheet,
            ".npz" => Kind.Archive,
            "" => Kind.Folder,
            var other => throw new UsageException($"--out ends in {other}; expected a .png or .npz file, or a folder's name without an extension."),
        };
        if (kind == Kind.Sheet && count > LargestSheet) throw new UsageException($"a sheet holds at most {LargestSheet} images; give a folder or a .npz file for {count}.");
        if (kind != Kind.Folder && Directory.Exists(path))
            throw new UsageException($"{path} is a folder; give a file's name.");
        if (kind == Kind.Folder && File.Exists(path)) throw new UsageException($"{path} is a file; give a folder's name.");
        var folder = kind == Kind.Folder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (File.Exists(folder)) throw new UsageException($"{folder} is a file, so {path} cannot be in it; give another --out.");
        Directory.CreateDirectory(folder);
        return new SampleOutput(path, kind);
    }

    /// <summary>Takes a finished batch; a folder's files are written at once.</summary>
    internal void Add(int first, RgbImage[] images, SamplingRequest request, ModelManifest manifest, IReadOnlyDictionary<string, string> parameters)
    {
        if (_kind != Kind.Folder)
        {
            _images.AddRange(images);
            return;
        }
        for (var i = 0; i < images.Length; i++)
        {
            var (index, label) = (request.ImageIndices[first + i], request.Labels[first + i]);
            var file = Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{index:D6}_{Plain(manifest.ClassNames[label])}.png"));
            PngFile.Write(file, images[i], SampleParameters.WithImages(parameters, [index], [label]));
            _files.Add(file);
        }
    }

    // What makes a folder of a name, or leads out of this one, is replaced as in the folders of classes.
    private static string Plain(string name) => string.Concat(name.Select(letter => letter is '/' or '\\' or ':' || char.IsControl(letter) ? '_' : letter));

    /// <summary>Writes the sheet or the archive.</summary>
    /// <returns>All files written.</returns>
    internal string[] Finish(SamplingRequest request, IReadOnlyDictionary<string, string> parameters, int columns)
    {
        if (_kind == Kind.Sheet)
            PngFile.Write(_path, ImageGrid.Make(_images, columns), SampleParameters.WithImages(parameters, request.ImageIndices, request.Labels));
        if (_kind == Kind.Archive) NpzFile.Write(_path, _images, request.Labels);
        if (_kind != Kind.Folder) _files.Add(_path);
        return [.. _files];
    }
}
