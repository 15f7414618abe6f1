using System.IO.MemoryMappedFiles;

namespace Msf.Fuzzing;

/// <summary>
/// What came of the inputs of one target, kept in a file that another process sees even after this one died within an input.
/// </summary>
internal sealed class FuzzLedger : IDisposable
{
    private const int Entries = 16;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <param name="path">The file; made where there is none.</param>
    public FuzzLedger(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Entries * sizeof(long));
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Number of the input that is being read, or of the next one.</summary>
    public long Number { get => this[0]; set => this[0] = value; }

    public long Accepted { get => this[1]; set => this[1] = value; }

    public long Refused { get => this[2]; set => this[2] = value; }

    public long Crashes { get => this[3]; set => this[3] = value; }

    public long Hangs { get => this[4]; set => this[4] = value; }

    /// <summary>Most bytes that one input took.</summary>
    public long LargestAllocation { get => this[5]; set => this[5] = value; }

    /// <summary>Bytes of that input.</summary>
    public long LargestAllocationInput { get => this[6]; set => this[6] = value; }

    /// <summary>Longest time of one input, in ticks of 100 ns.</summary>
    public long SlowestTicks { get => this[7]; set => this[7] = value; }

    /// <summary>Number of that input.</summary>
    public long SlowestNumber { get => this[8]; set => this[8] = value; }

    /// <summary>Signs that something of an input was run.</summary>
    public long CodeRun { get => this[9]; set => this[9] = value; }

    /// <summary>Time of all inputs together, in ticks of 100 ns.</summary>
    public long Ticks { get => this[10]; set => this[10] = value; }

    /// <summary>Most memory that the process had, above what it had before the first input.</summary>
    public long PeakMemory { get => this[11]; set => this[11] = value; }

    private long this[int entry]
    {
        get => _view.ReadInt64(entry * sizeof(long));
        set => _view.Write(entry * sizeof(long), value);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
