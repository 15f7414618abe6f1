using System.Collections.Concurrent;
using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>Synthetic shapes whose reading does what a test says, and which remembers the threads that read.</summary>
internal sealed class ScriptedSource(int count, Action<int>? onRead = null, int size = 16) : IImageSource
{
    private readonly SyntheticImageSource _shapes = new(size, count);
    private int _reads;

    public ConcurrentDictionary<Thread, bool> Threads { get; } = new();

    public int Reads => Volatile.Read(ref _reads);

    public string Name => "scripted";

    public int Count => count;

    public IReadOnlyList<ImageClass> Classes => _shapes.Classes;

    public int LabelAt(int index) => _shapes.LabelAt(index);

    public string NameAt(int index) => $"image {index}";

    public LabeledImage Read(int index)
    {
        Threads[Thread.CurrentThread] = true;
        onRead?.Invoke(index);
        Interlocked.Increment(ref _reads);
        return _shapes.Read(index);
    }

    public void Dispose() => _shapes.Dispose();

    /// <summary>A source in which some images are damaged.</summary>
    public static ScriptedSource WithBroken(int count, params int[] broken) => new(count, index =>
    {
        if (broken.Contains(index)) throw new InvalidDataException($"image {index} is damaged. Replace it.");
    });
}
