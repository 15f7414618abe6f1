using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// The part of the cache that belongs to one repository, in the layout of the hub's own programs: files under their digests in <c>blobs</c>, links to them
/// under their names in <c>snapshots/COMMIT</c>, commits of revisions in <c>refs</c>.
/// </summary>
/// <param name="root">The cache.</param>
/// <param name="repository">The repository.</param>
internal sealed class HubCache(string root, HubRepository repository)
{
    private readonly string _folder = Path.Combine(Path.GetFullPath(root), $"models--{repository.Name.Replace("/", "--", StringComparison.Ordinal)}");

    /// <summary>Where a file of a digest is or will be; its folder exists afterwards.</summary>
    internal string Blob(string digest) => Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "blobs")).FullName, digest);

    /// <summary>Keeps which commit the revision stands for.</summary>
    internal void Remember(string commit)
    {
        if (repository.Revision == commit) return;
        var path = ArchivePath.Below(Path.Combine(_folder, "refs"), repository.Revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(commit)));
    }

    /// <summary>Gives a blob its name in a snapshot: by a link, or where the file system has none by a copy.</summary>
    /// <returns>The file's path in the snapshot.</returns>
    internal string Link(string commit, string file, string blob)
    {
        var path = ArchivePath.Below(Snapshot(commit), file);
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName;
        var fresh = Path.Combine(folder, TemporaryName.For(Path.GetFileName(path)));
        try
        {
            try
            {
                File.CreateSymbolicLink(fresh, Path.GetRelativePath(folder, blob));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                File.Copy(blob, fresh, overwrite: true);
            }
            File.Move(fresh, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    /// <summary>What is here of the revision; null where nothing is.</summary>
    internal HubSnapshot? Find()
    {
        var reference = ArchivePath.Below(Path.Combine(_folder, "refs"), repository.Revision);
        var commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : repository.Revision;
        if (!HubDigest.IsCommit(commit) || !Directory.Exists(Snapshot(commit))) return null;
        var files = Directory.EnumerateFiles(Snapshot(commit), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Snapshot(commit), path).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal);
        return new HubSnapshot(repository, commit, [.. files], FromCache: true);
    }

    /// <summary>A file of a cached snapshot, and the digest that the cache files it under; null where it is no link.</summary>
    internal (string Path, string? Digest) Held(string commit, string file)
    {
        var path = ArchivePath.Below(Snapshot(commit), file);
        return (path, File.ResolveLinkTarget(path, returnFinalTarget: true) is { } blob ? blob.Name : null);
    }

    private string Snapshot(string commit) => Path.Combine(_folder, "snapshots", commit);
}
