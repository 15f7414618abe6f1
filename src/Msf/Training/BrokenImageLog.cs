using Msf.Data;

namespace Msf.Training;

/// <summary>Keeps the list of a run's broken images in a file and tells of the first ones.</summary>
public sealed class BrokenImageLog
{
    private const int Told = 5;

    private readonly string _path;
    private readonly Action<string> _warn;
    private readonly HashSet<string> _written;
    private int _met;

    /// <summary>Goes on with a file, or begins one with the first image.</summary>
    /// <param name="path">The list: a name and a reason a line.</param>
    /// <param name="warn">Told of the first images, one line each.</param>
    public BrokenImageLog(string path, Action<string> warn)
    {
        (_path, _warn) = (path, warn);
        _written = File.Exists(path) ? [.. File.ReadLines(path)] : [];
    }

    /// <summary>Adds an image; one that the file names already is not written again.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Add(BrokenImage image)
    {
        var line = $"{image.Name}: {image.Why}".ReplaceLineEndings(" ");
        if (_written.Add(line)) File.AppendAllText(_path, line + "\n");
        if (++_met <= Told) _warn($"broken image, another stands for it: {line}");
        if (_met == Told + 1) _warn($"further broken images are named in {_path} alone.");
    }
}
