namespace Msf.Data;

/// <summary>Finds the two files of an IDX pair by their names.</summary>
internal static class IdxPair
{
    /// <summary>Whether the file's name says that it is IDX: it contains "idx1-" or "idx3-", or ends in ".idx" or ".idx.gz".</summary>
    public static bool IsIdxFile(string path)
    {
        var name = Path.GetFileName(path);
        return Has(name, "idx1-") || Has(name, "idx3-")
            || name.EndsWith(".idx", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".idx.gz", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Opens the pair that a file belongs to; the other file lies beside it, "labels" for "images", idx1 for idx3.</summary>
    /// <exception cref="FileNotFoundException">There is no other file.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two are no pair.</exception>
    public static IdxImageSource Open(string path)
    {
        var names = Names(path);
        var isLabels = Has(Path.GetFileName(path), "idx1-") || Has(Path.GetFileName(path), "labels");
        // Its own fault comes first: "no partner" would hide that the file itself is broken.
        if (isLabels) IdxImageSource.ReadLabels(path, names ?? IdxImageSource.Digits);
        else if (Partner(path, toLabels: true) is null) IdxFile.Read(path, rank: 3);
        var partner = Partner(path, toLabels: !isLabels) ?? throw new FileNotFoundException(
            $"{path} has no {(isLabels ? "images" : "labels")} beside it: expected a pair such as train-images-idx3-ubyte and "
            + "train-labels-idx1-ubyte, or name both as IMAGES,LABELS.", path);
        return isLabels ? new IdxImageSource(partner, path, names) : new IdxImageSource(path, partner, names);
    }

    /// <summary>Opens two files, images first.</summary>
    public static IdxImageSource Open(string images, string labels) => new(images, labels, Names(labels));

    /// <summary>Opens the only pair of a folder.</summary>
    /// <exception cref="InvalidDataException">The folder has several pairs, or a file is damaged.</exception>
    /// <exception cref="FileNotFoundException">The images have no labels.</exception>
    public static IdxImageSource OpenFolder(string folder)
    {
        var images = ImageFiles(folder);
        if (images.Length != 1)
            throw new InvalidDataException(
                $"{folder} has {images.Length} IDX image files ({string.Join(", ", images.Select(Path.GetFileName))}): "
                + "name the one to use.");
        return Open(images[0]);
    }

    /// <summary>The IDX image files of a folder, without the gzipped twins of plain ones.</summary>
    public static string[] ImageFiles(string folder)
    {
        var files = Directory.GetFiles(folder)
            .Where(file => IsIdxFile(file) && Has(Path.GetFileName(file), "idx3-")).Order(StringComparer.Ordinal).ToArray();
        return [.. files.Where(file => !file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || !files.Contains(file[..^3]))];
    }

    private static string? Partner(string path, bool toLabels)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) name = name[..^3];
        name = toLabels
            ? name.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal)
            : name.Replace("labels", "images", StringComparison.Ordinal).Replace("idx1", "idx3", StringComparison.Ordinal);
        var other = Path.Combine(Path.GetDirectoryName(path) ?? "", name);
        return new[] { other, other + ".gz" }.FirstOrDefault(file => file != path && File.Exists(file));
    }

    private static IReadOnlyList<string>? Names(string path) =>
        ClassNameFile.ReadIfPresent(Path.Combine(Path.GetDirectoryName(path) ?? "", "classes.txt"));

    private static bool Has(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
}
