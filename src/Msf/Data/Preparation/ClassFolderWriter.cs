using System.Globalization;

namespace Msf.Data;

/// <summary>Writes a folder with one sub-folder per class, image by image, each whole or not at all; what is there already is kept.</summary>
internal sealed class ClassFolderWriter
{
    private readonly string _folder;
    private readonly string[] _names;
    private readonly HashSet<string> _present;

    /// <param name="folder">Where to write.</param>
    /// <param name="classes">The classes; those without images get no folder.</param>
    public ClassFolderWriter(string folder, IReadOnlyList<ImageClass> classes)
    {
        _folder = folder;
        _names = ClassFolderNames.Of([.. classes.Select(known => known.Name)]);
        for (var label = 0; label < classes.Count; label++)
            if (classes[label].Count > 0) Directory.CreateDirectory(Path.Combine(folder, _names[label]));
        var images = new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories).Where(file => ImageDecoder.IsImageFile(file.Name)).ToLookup(file => file.Length > 0);
        foreach (var empty in images[false]) empty.Delete();                                  // a power cut came before they were flushed
        _present = [.. images[true].Select(file => Path.GetFileNameWithoutExtension(file.Name))];
    }

    /// <summary>Images that are there.</summary>
    public int Count => _present.Count;

    /// <summary>Whether an image is there.</summary>
    public bool Has(int index) => _present.Contains(Name(index));

    /// <summary>Adds an image.</summary>
    public void Add(PreparedImage image)
    {
        var name = Name(image.Index);
        var path = Path.Combine(_folder, _names[image.Label], $"{name}.{image.Extension}");
        var unfinished = Path.Combine(_folder, $"{name}.unfinished");
        File.WriteAllBytes(unfinished, image.Bytes);                                          // flushed to disk with all others, at the end
        File.Move(unfinished, path, overwrite: true);
        _present.Add(name);
    }

    /// <summary>Ends the set: drops folders that stayed empty and writes the order of the others.</summary>
    public void Finish()
    {
        foreach (var file in Directory.GetFiles(_folder, "*.unfinished")) File.Delete(file);
        var kept = _names.Select(name => Path.Combine(_folder, name)).Where(Directory.Exists).ToList();
        foreach (var empty in kept.Where(path => !Directory.EnumerateFiles(path).Any()).ToArray())
        {
            Directory.Delete(empty);
            kept.Remove(empty);
        }
        File.WriteAllLines(Path.Combine(_folder, ClassFolderNames.OrderFile), kept.Select(path => Path.GetFileName(path)));
    }

    private static string Name(int index) => index.ToString("D8", CultureInfo.InvariantCulture);
}
