using Msf.Runtime;

namespace Msf.Data;

/// <summary>Opens an image set by what its path holds.</summary>
public static class ImageSources
{
    private const string Parquet = ".parquet", Tar = ".tar";
    private static readonly string[] _compressedTar = [".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst"];

    /// <summary>What can be opened, as part of a sentence.</summary>
    public const string Accepted =
        "a folder with one sub-folder per class, a CIFAR-10 binary folder or file (*.bin), an IDX pair (its folder, its images file, "
        + "or IMAGES,LABELS), parquet files of the Hugging Face hub (a folder, a file, or a pattern such as data/train-*.parquet), "
        + "WebDataset shards (a folder, a .tar file, or a pattern such as shard-{000000..000012}.tar), or synthetic:shapes";

    /// <summary>
    /// Opens a set. A path that does not exist is looked for below the folder that the environment variable MSF_DATA names, or
    /// below data in the user's cache folder for Msf (~/.cache/msf/data) where it names none.
    /// </summary>
    /// <param name="source">
    /// A folder with one sub-folder per class, a CIFAR-10 binary folder or file, an IDX pair (its folder, one of its files, or
    /// both with a comma between them), parquet files or WebDataset shards (a folder: its train-*.parquet or train-*.tar, or all where there
    /// are none of that name; a file; a pattern with <c>*</c>, <c>{000..012}</c> or <c>{a,b}</c>), or <c>synthetic:shapes?size=16&amp;count=512</c>.
    /// </param>
    /// <param name="classes">Names of the classes to keep, in the order of their labels; by default all.</param>
    /// <returns>The set; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">A named class does not exist, or the name is empty or that of no synthetic set.</exception>
    /// <exception cref="FileNotFoundException">There is nothing of that name; the message lists what is accepted.</exception>
    /// <exception cref="InvalidDataException">What is there is damaged or of no known kind; the message says what is wrong.</exception>
    public static IImageSource Open(string source, IReadOnlyList<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (string.IsNullOrWhiteSpace(source)) throw new ArgumentException($"The name of the image set is empty. Expected {Accepted}.");
        if (source.StartsWith(SyntheticImageSource.Prefix, StringComparison.Ordinal))
            return Keep(SyntheticImageSource.Parse(source), classes);
        if (Find(source) is { } path)
        {
            if (File.Exists(path)) return Keep(OpenFile(path), classes);
            if (LatentCache.IsCache(path)) throw new InvalidDataException($"{source} is a latent cache and holds no images; msf train takes it for a model of latents, here images are needed.");
            return OpenFolder(path) is { } folder ? Keep(folder, classes) : new ClassFolderImageSource(path, classes);
        }
        if (FilePattern.IsPattern(source) && Matches(source) is { Length: > 0 } files) return Keep(OpenFiles(source, files), classes);
        if (source.Split(',') is [var images, var labels] && Find(images) is { } first && Find(labels) is { } second)
            return Keep(IdxPair.Open(first, second), classes);
        throw new FileNotFoundException(
            $"there is no image set \"{source}\" here or in {DataFolder}. Expected {Accepted}.", source);
    }

    /// <summary>The folder that relative names are looked for in after the current one.</summary>
    internal static string DataFolder =>
        Environment.GetEnvironmentVariable("MSF_DATA") is { Length: > 0 } named ? named : Path.Combine(NativeCache.Root, "data");

    /// <summary>The file or folder of that name, here or in the data folder; null where there is none.</summary>
    internal static string? Find(string source) =>
        new[] { source, Path.Combine(DataFolder, source) }.FirstOrDefault(path => File.Exists(path) || Directory.Exists(path));

    private static string[] Matches(string pattern) =>
        new[] { Environment.CurrentDirectory, DataFolder }.Select(folder => FilePattern.Expand(pattern, folder)).FirstOrDefault(found => found.Length > 0) ?? [];

    // One file, or several, of a kind that a set may be spread over.
    private static IImageSource OpenFiles(string name, string[] files)
    {
        if (files.All(file => Is(file, Parquet))) return new ParquetImageSource(name, files);
        if (files.All(file => Is(file, Tar))) return new WebDatasetImageSource(name, files);
        foreach (var file in files) RefuseCompressed(file);
        throw new InvalidDataException($"{name} names {Path.GetFileName(files.First(file => !Is(file, Parquet) && !Is(file, Tar)))}; a set is spread over files of one kind, .parquet or .tar.");
    }

    private static void RefuseCompressed(string path)
    {
        if (_compressedTar.Any(ending => Is(path, ending)))
            throw new InvalidDataException(
                $"{path} is compressed: images are read from their places in the archive, so unpack it first, to a .tar file (gunzip) if it is WebDataset, to a folder if not.");
    }

    private static bool Is(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    // The training part, where the files say that there are others.
    private static string[] TrainingPart(string folder, string extension)
    {
        var files = Directory.GetFiles(folder, $"*{extension}").Order(StringComparer.Ordinal).ToArray();
        return files.Where(file => Path.GetFileName(file).StartsWith("train-", StringComparison.Ordinal)).ToArray() is { Length: > 0 } train ? train : files;
    }

    private static IImageSource OpenFile(string path)
    {
        if (Is(path, Parquet) || Is(path, Tar)) return OpenFiles(path, [path]);
        RefuseCompressed(path);
        if (IdxPair.IsIdxFile(path)) return IdxPair.Open(path);
        if (path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase)) return new CifarImageSource(path);
        if (ImageDecoder.IsImageFile(path))
        {
            ImageDecoder.Decode(path);    // a damaged image is told so
            throw new InvalidDataException($"{path} is a single image. Expected {Accepted}.");
        }
        throw new InvalidDataException($"{path} is no image set. Expected {Accepted}.");
    }

    // A folder whose own files are the set; null where its sub-folders are.
    private static IImageSource? OpenFolder(string folder)
    {
        foreach (var ending in new[] { Parquet, Tar })
            if (TrainingPart(folder, ending) is { Length: > 0 } files) return OpenFiles(folder, files);
        if (Directory.EnumerateFiles(folder, "*.bin").Any()) return new CifarImageSource(folder);
        if (IdxPair.ImageFiles(folder).Length > 0) return IdxPair.OpenFolder(folder);
        if (Directory.EnumerateDirectories(folder).Any(inner => !Path.GetFileName(inner).StartsWith('.'))) return null;
        throw new InvalidDataException($"The folder {folder} holds no image set. Expected {Accepted}.");
    }

    private static IImageSource Keep(IImageSource whole, IReadOnlyList<string>? classes)
    {
        if (classes is null) return whole;
        try
        {
            return new ClassSubset(whole, classes);
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }
}
