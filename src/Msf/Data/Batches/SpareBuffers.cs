namespace Msf.Data;

/// <summary>Keeps a few arrays for the next batches, which would otherwise each take new memory. Thread-safe.</summary>
/// <param name="most">Arrays kept at most.</param>
internal sealed class SpareBuffers(int most)
{
    private readonly Lock _gate = new();
    private readonly List<float[]> _spare = [];                                               // the oldest first

    /// <summary>An array of exactly that length, whatever is in it.</summary>
    public float[] Take(long length)
    {
        lock (_gate)
        {
            var at = _spare.FindLastIndex(spare => spare.LongLength == length);
            if (at >= 0)
            {
                var found = _spare[at];
                _spare.RemoveAt(at);
                return found;
            }
        }
        return new float[length];
    }

    /// <summary>Gives an array back that nobody uses any more.</summary>
    public void Return(float[] buffer)
    {
        lock (_gate)
        {
            _spare.Add(buffer);
            if (_spare.Count > most) _spare.RemoveAt(0);                                      // of a size that is not wanted as often
        }
    }
}
