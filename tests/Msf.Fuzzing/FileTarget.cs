namespace Msf.Fuzzing;

/// <summary>A reader of files: inputs are written to one, in memory where there is a file system in it.</summary>
internal abstract class FileTarget : FuzzTarget
{
    private const string InMemory = "/dev/shm";

    /// <summary>A folder of the target's own.</summary>
    protected string Folder { get; } = Path.Combine(Directory.Exists(InMemory) ? InMemory : Path.GetTempPath(), $"msf-fuzz-{Guid.NewGuid():N}");

    /// <summary>Writes an input.</summary>
    /// <returns>The file's path.</returns>
    protected string Write(byte[] input, string name)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, input);
        return path;
    }

    /// <summary>The bytes of a file that something writes.</summary>
    protected byte[] Written(string name, Action<string> write)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, name);
        write(path);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        base.Dispose();
    }
}
