namespace Msf.Data;

/// <summary>Keeps a few arrays for the next batches, which would otherwise each take new memory. Thread-safe.</summary>
/// <param name="most">Arrays kept at most.</param>
internal sealed class SpareBuffers(int most)
{
    private readonly Lock _gate = new();
    private readonly Stack<float[]> _spare = [];

    /// <summary>An array of exactly that length, whatever is in it.</summary>
    public float[] Take(long length)
    {
        lock (_gate)
        {
            while (_spare.TryPop(out var spare))
                if (spare.LongLength == length) return spare;
        }
        return new float[length];
    }

    /// <summary>Gives an array back that nobody uses any more.</summary>
    public void Return(float[] buffer)
    {
        lock (_gate)
            if (_spare.Count < most) _spare.Push(buffer);
    }
}
