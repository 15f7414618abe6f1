using System.IO.Enumeration;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>Fetches an image set and puts it in order: the folder appears when everything in it is whole.</summary>
public sealed class DataSetDownload
{
    private readonly HttpDownload _download;

    /// <param name="download">Fetches the files.</param>
    public DataSetDownload(HttpDownload download) => _download = download;

    /// <summary>Where a set goes unless told otherwise: below MSF_DATA, or below the user's cache folder.</summary>
    /// <param name="name">The set's name.</param>
    public static string DefaultFolder(string name) => Path.Combine(ImageSources.DataFolder, name);

    /// <summary>Describes a set that is one file at an address; archives are unpacked.</summary>
    /// <param name="url">The address.</param>
    /// <param name="sha256">The file's SHA-256 where it is known.</param>
    /// <exception cref="ArgumentException">It is no address, or no checksum.</exception>
    public static KnownDataSet FromUrl(string url, string? sha256)
    {
        var file = DataFile.FromUrl(url, sha256);
        var name = file.Name;
        foreach (var ending in new[] { ".gz", ".tgz", ".tar", ".parquet" })
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && name.Length > ending.Length) name = name[..^ending.Length];
        return new KnownDataSet { Name = name, Title = url, HomePage = url, Licence = "not known; ask where it comes from.", Files = [file], Sources = [name] };
    }

    /// <summary>Fetches, checks, unpacks and arranges a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="folder">Its folder; missing ones above it are made.</param>
    /// <param name="progress">Told where the present file stands.</param>
    /// <param name="cancellation">Ends the work; what has arrived stays in FOLDER.download.</param>
    /// <returns>False where the folder was there already, and nothing was done.</returns>
    /// <exception cref="HttpRequestException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="InvalidDataException">What the server has is not what was expected, or cannot be unpacked; without a checksum it is fetched anew the next time.</exception>
    /// <exception cref="IOException">The disk is full or refuses; what has arrived stays.</exception>
    public async Task<bool> RunAsync(KnownDataSet set, string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) return false;
        var arriving = $"{folder}.download";
        Directory.CreateDirectory(arriving);
        foreach (var file in set.Files) await _download.FetchAsync(file, Path.Combine(arriving, file.Name), progress, cancellation);
        AtomicFolder.Write(folder, unpacked =>
        {
            foreach (var file in set.Files) Unpack(file, arriving, unpacked, cancellation);
            Unpacker.LiftOnlyFolder(unpacked);
            Arrange(set, unpacked);
        });
        Directory.Delete(arriving, recursive: true);
        return true;
    }

    // What nobody vouches for may be a page that says that the file is elsewhere: kept, it would be found there for ever.
    private static void Unpack(DataFile file, string arriving, string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(arriving, file.Name);
        try
        {
            Unpacker.Unpack(path, folder, cancellation);
        }
        catch (InvalidDataException e) when (file.Digest is null)
        {
            File.Delete(path);
            throw new InvalidDataException($"{e.Message} It was not kept and is fetched anew the next time.", e);
        }
    }

    private static void Arrange(KnownDataSet set, string folder)
    {
        foreach (var file in Directory.GetFiles(folder))
        {
            var name = Path.GetFileName(file);
            foreach (var (pattern, places) in set.Places)
            {
                if (!FileSystemName.MatchesSimpleExpression(pattern, name)) continue;
                foreach (var place in places)
                {
                    Directory.CreateDirectory(Path.Combine(folder, place));
                    File.Copy(file, Path.Combine(folder, place, name));
                }
                File.Delete(file);
            }
        }
        if (set.ClassNames is { } names)
            foreach (var place in set.Sources)
                File.WriteAllLines(Path.Combine(folder, Path.GetRelativePath(set.Name, place), "classes.txt"), names);
        File.WriteAllText(Path.Combine(folder, "SOURCE.txt"), $"{set.Title}\n{set.HomePage}\nLicence: {set.Licence}\n");
    }
}
