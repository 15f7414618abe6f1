using Msf.Runtime;

namespace Msf.Server;

/// <summary>
/// Finished images as files of one folder, each complete or absent, also across a kill. Nothing else is kept: the list is that of the files, read at the start. Usable
/// from any thread.
/// </summary>
internal sealed class ImageGallery
{
    private readonly Lock _lock = new();
    private readonly List<string> _ids;                                                       // oldest first
    private readonly string _folder;
    private readonly string _bases;
    private readonly int _most;
    private readonly TimeProvider _time;

    /// <summary>Opens a gallery; what a killed server left unfinished is removed.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="most">Images to keep; the oldest go first.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    internal ImageGallery(string folder, int most, TimeProvider time)
    {
        (_folder, _most, _time) = (Path.GetFullPath(folder), most, time);
        _bases = Path.Combine(_folder, "bases");
        Directory.CreateDirectory(_bases);
        AtomicFile.Sweep(_folder);
        AtomicFile.Sweep(_bases);
        _ids = [.. Directory.EnumerateFiles(_folder, "*.png").Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(GalleryId.IsId).Order(StringComparer.Ordinal)];
        var kept = _ids.ToHashSet(StringComparer.Ordinal);
        foreach (var orphan in Directory.GetFiles(_bases, "*.png").Where(file => !kept.Contains(Path.GetFileNameWithoutExtension(file)))) File.Delete(orphan);
    }

    /// <summary>Number of images.</summary>
    internal int Count
    {
        get
        {
            lock (_lock) return _ids.Count;
        }
    }

    /// <summary>Adds an image.</summary>
    /// <param name="png">The file.</param>
    /// <param name="basePng">The file of its base stage; null where there is none.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="IOException">The file system refused; nothing was added.</exception>
    internal string Add(byte[] png, byte[]? basePng = null)
    {
        var id = GalleryId.New(_time.GetUtcNow());
        if (basePng is not null) AtomicFile.Write(BaseOf(id), stream => stream.Write(basePng), durable: false);
        try
        {
            AtomicFile.Write(PathOf(id), stream => stream.Write(png));
        }
        catch
        {
            File.Delete(BaseOf(id));
            throw;
        }
        var surplus = new List<string>();
        lock (_lock)
        {
            var place = _ids.BinarySearch(id, StringComparer.Ordinal);
            _ids.Insert(~place, id);
            if (_ids.Count > _most) surplus.AddRange(_ids.Take(_ids.Count - _most));
            _ids.RemoveRange(0, surplus.Count);
        }
        foreach (var old in surplus) DeleteFiles(old);
        return id;
    }

    /// <summary>Names, newest first.</summary>
    /// <param name="before">Those before this one; null for the newest.</param>
    /// <param name="limit">At most as many.</param>
    internal IReadOnlyList<string> List(string? before, int limit)
    {
        lock (_lock)
        {
            var end = before is null ? _ids.Count : _ids.BinarySearch(before, StringComparer.Ordinal);
            if (end < 0) end = ~end;
            var start = Math.Max(0, end - limit);
            var page = _ids.GetRange(start, end - start);
            page.Reverse();
            return page;
        }
    }

    /// <summary>The file of an image; null where there is none.</summary>
    /// <param name="id">Any text.</param>
    internal byte[]? Read(string id) => GalleryId.IsId(id) ? ReadFile(PathOf(id)) : null;

    /// <summary>The file of an image's base stage; null where there is none.</summary>
    /// <param name="id">Any text.</param>
    internal byte[]? ReadBase(string id) => GalleryId.IsId(id) && HasBase(id) ? ReadFile(BaseOf(id)) : null;

    /// <summary>Whether the base stage of an image is kept.</summary>
    /// <param name="id">A name.</param>
    internal bool HasBase(string id) => new FileInfo(BaseOf(id)) is { Exists: true, Length: > 0 };

    /// <summary>Removes an image.</summary>
    /// <param name="id">Any text.</param>
    /// <returns>Whether there was one.</returns>
    internal bool Delete(string id)
    {
        if (!GalleryId.IsId(id)) return false;
        lock (_lock)
        {
            if (!_ids.Remove(id)) return false;
        }
        DeleteFiles(id);
        return true;
    }

    private void DeleteFiles(string id)
    {
        File.Delete(PathOf(id));
        File.Delete(BaseOf(id));
    }

    private static byte[]? ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(string id) => Path.Combine(_folder, $"{id}.png");

    private string BaseOf(string id) => Path.Combine(_bases, $"{id}.png");
}
