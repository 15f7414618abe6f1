namespace Msf.Autoencoders;

/// <summary>Where tiles lie along one side of a latent, and how much every pixel of a tile counts.</summary>
/// <param name="length">Side of the latent.</param>
/// <param name="tile">Side of a tile; a shorter latent is one tile.</param>
/// <param name="overlap">Least number of pixels that two neighbours share, below the tile's side.</param>
internal sealed class TileAxis(long length, long tile, long overlap)
{
    /// <summary>Side of every tile.</summary>
    internal long Size { get; } = Math.Min(tile, length);

    /// <summary>First pixel of every tile; the last tile ends with the latent.</summary>
    internal IEnumerable<long> Starts
    {
        get
        {
            var last = length - Size;
            for (long start = 0; start < last; start += Size - overlap) yield return start;
            yield return last;
        }
    }

    /// <summary>
    /// Weights of a tile's pixels towards a side that has a neighbour: 1 inside, falling linearly over the middle half of the overlap, 0 in the quarter at the side, whose pixels have
    /// seen least of what lies beyond.
    /// </summary>
    /// <param name="start">The tile.</param>
    /// <param name="unit">Pixels of the result for one of the latent.</param>
    internal float[] Weights(long start, int unit)
    {
        var (count, ramp) = (Size * unit, overlap * unit / 2.0);
        double Rise(long steps, bool hasNeighbour) => hasNeighbour && ramp > 0 ? Math.Clamp((steps + 0.5) / ramp - 0.5, 0, 1) : 1;
        return [.. Enumerable.Range(0, (int)count).Select(i => (float)Math.Min(Rise(i, start > 0), Rise(count - 1 - i, start + Size < length)))];
    }
}
