using System.IO.Compression;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>Unpacks what data sets are shipped in. Links and devices in archives are passed over; nothing is written outside the folder.</summary>
internal static class Unpacker
{
    /// <summary>Unpacks an archive (.tar.gz, .tgz) or a file (.gz) into a folder; any other file is copied, plain tar files too, which are a kind of set.</summary>
    /// <param name="file">The file.</param>
    /// <param name="folder">Where to; must exist.</param>
    /// <param name="cancellation">Looked at before every member.</param>
    /// <exception cref="InvalidDataException">The archive is damaged or cut, or a member's place is outside the folder.</exception>
    public static void Unpack(string file, string folder, CancellationToken cancellation)
    {
        var name = Path.GetFileName(file);
        try
        {
            if (IsTarball(name)) UnpackTar(file, folder, cancellation);
            else if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) UnpackGzip(file, Path.Combine(folder, name[..^3]));
            else File.Copy(file, Path.Combine(folder, name));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name} cannot be unpacked: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Moves the content of the only folder in a folder up into it, where there is nothing else.</summary>
    public static void LiftOnlyFolder(string folder)
    {
        if (Directory.GetFileSystemEntries(folder) is not [var only] || !Directory.Exists(only)) return;
        var aside = Path.Combine(folder, $".{Guid.NewGuid():N}");                             // its content may have its name
        Directory.Move(only, aside);
        foreach (var entry in Directory.GetFileSystemEntries(aside))
        {
            var target = Path.Combine(folder, Path.GetFileName(entry));
            if (Directory.Exists(entry)) Directory.Move(entry, target);
            else File.Move(entry, target);
        }
        Directory.Delete(aside);
    }

    private static bool IsTarball(string name) =>
        name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    private static void UnpackTar(string file, string folder, CancellationToken cancellation)
    {
        using var stream = File.OpenRead(file);
        using var gzip = new GZipStream(stream, CompressionMode.Decompress);
        var archive = TarBytes.Of(gzip);
        var buffer = new byte[1 << 16];
        foreach (var member in TarScanner.Scan(archive))
        {
            cancellation.ThrowIfCancellationRequested();
            if (member.Name.EndsWith('/')) continue;                                          // how a folder is told in the oldest format
            using var target = Create(folder, member.Name);
            for (long done = 0; done < member.Size;)
            {
                var read = archive.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, member.Size - done)), member.Offset + done);
                if (read == 0) throw new InvalidDataException($"it ends inside its member {PrintableText.Of(member.Name)}: it is cut");
                target.Write(buffer, 0, read);
                done += read;
            }
        }
    }

    private static FileStream Create(string folder, string member)
    {
        var path = ArchivePath.Below(folder, member);
        for (var above = Path.GetDirectoryName(path)!; above.Length >= folder.Length; above = Path.GetDirectoryName(above)!)
            if (File.Exists(above)) throw new InvalidDataException($"its member {member} lies in another one that is a file; nothing of it was kept");
        if (Path.Exists(path)) throw new InvalidDataException($"it has the member {member} twice; nothing of it was kept");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write);
    }

    private static void UnpackGzip(string file, string path)
    {
        using var stream = File.OpenRead(file);
        using var gzip = new GZipStream(stream, CompressionMode.Decompress);
        using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        gzip.CopyTo(target);
    }
}
