using System.Net.Http.Headers;

namespace Msf.Data;

/// <summary>
/// What has arrived of a file: NAME.part, and beside it NAME.part.tag, by which the server recognises the version that it is a part of.
/// </summary>
/// <param name="target">Where the whole file will be.</param>
internal sealed class PartialFile(string target)
{
    private readonly string _tag = $"{target}.part.tag";

    /// <summary>The part's path.</summary>
    public string Path { get; } = $"{target}.part";

    /// <summary>Bytes that have arrived.</summary>
    public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

    /// <summary>What the server called the version; null where it did not.</summary>
    public RangeConditionHeaderValue? Version =>
        File.Exists(_tag) && RangeConditionHeaderValue.TryParse(File.ReadAllText(_tag), out var version) ? version : null;

    /// <summary>Begins anew with another version.</summary>
    /// <param name="response">The answer that the bytes will be of.</param>
    /// <returns>The empty part.</returns>
    public FileStream Restart(HttpResponseMessage response)
    {
        Discard();
        if (response.Headers.ETag is { IsWeak: false } etag) File.WriteAllText(_tag, etag.ToString());
        else if (response.Content.Headers.LastModified is { } modified) File.WriteAllText(_tag, modified.ToString("r"));
        return new FileStream(Path, FileMode.Create, FileAccess.Write, FileShare.Read);
    }

    /// <summary>Goes on at the end.</summary>
    public FileStream Append() => new(Path, FileMode.Append, FileAccess.Write, FileShare.Read);

    /// <summary>Puts the whole file in its place.</summary>
    public void Finish()
    {
        Runtime.DiskSync.File(Path);
        File.Move(Path, target, overwrite: true);
        File.Delete(_tag);
    }

    /// <summary>Throws away what has arrived.</summary>
    public void Discard()
    {
        File.Delete(Path);
        File.Delete(_tag);
    }
}
