namespace Msf.Data;

/// <summary>
/// A folder with one sub-folder per class, each holding PNG, JPEG, WebP or BMP files. Files beside the class folders, other
/// files in them, and folders whose name begins with a dot are ignored; deeper folders are not searched. Classes and files
/// are ordered by the numbers of their characters (ordinal), so the order does not depend on language or file system; a file
/// classes.txt that names exactly the class folders, one a line, gives the classes another order.
/// </summary>
public sealed class ClassFolderImageSource : IImageSource, IEncodedImageSource
{
    private readonly string _root;
    private readonly List<(string Path, int Label)> _files = [];

    /// <summary>Lists the images; none is decoded.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="classes">Names of the classes to keep, in the order of their labels; by default all.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">A named class does not exist, or is named twice, or the list is empty.</exception>
    /// <exception cref="InvalidDataException">There is no class folder, or one without images.</exception>
    public ClassFolderImageSource(string path, IReadOnlyList<string>? classes = null)
    {
        if (!Directory.Exists(path)) throw new DirectoryNotFoundException($"There is no folder {path}.");
        _root = path;
        var present = ClassFolderNames.Ordered(path, Directory.GetDirectories(path).Select(folder => Path.GetFileName(folder)!).Where(name => !name.StartsWith('.')));
        if (present.Length == 0)
            throw new InvalidDataException($"{path} has no class folders: expected one sub-folder per class with images in it.");
        if (classes is not null) ClassSubset.CheckNames(classes, present, path);

        var found = new List<ImageClass>();
        foreach (var name in classes ?? present)
        {
            var images = Directory.GetFiles(Path.Combine(path, name))
                .Where(ImageDecoder.IsImageFile).Order(StringComparer.Ordinal).ToArray();
            if (images.Length == 0) throw new InvalidDataException(Empty(path, name));
            _files.AddRange(images.Select(image => (image, found.Count)));
            found.Add(new ImageClass(name, images.Length));
        }
        Classes = found;
    }

    /// <inheritdoc/>
    public string Name => _root;

    /// <inheritdoc/>
    public int Count => _files.Count;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <inheritdoc/>
    public int LabelAt(int index) => _files[index].Label;

    /// <inheritdoc/>
    public string NameAt(int index) => Path.GetRelativePath(_root, _files[index].Path).Replace('\\', '/');

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var (path, label) = _files[index];
        var name = NameAt(index);
        return new LabeledImage(ImageDecoder.Decode(File.ReadAllBytes(path), name), label, name);
    }

    byte[] IEncodedImageSource.ReadEncoded(int index) => File.ReadAllBytes(_files[index].Path);

    /// <summary>Does nothing: no file stays open.</summary>
    public void Dispose()
    {
    }

    private static string Empty(string path, string name)
    {
        var inner = Directory.GetDirectories(Path.Combine(path, name)).Length;
        return inner > 0
            ? $"The class folder {name} of {path} has no images but {inner} folders: did you mean {Path.Combine(path, name)}?"
            : $"The class folder {name} of {path} has no PNG, JPEG, WebP or BMP images: fill or remove it.";
    }
}
