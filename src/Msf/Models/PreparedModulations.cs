using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>The modulations of some times, kept until others replace them.</summary>
internal sealed class PreparedModulations : IDisposable
{
    private float[] _times = [];
    private Tensor[] _layers = [];

    /// <summary>Whether those of a time are here.</summary>
    internal bool Has(float t) => Array.IndexOf(_times, t) >= 0;

    /// <summary>Frees what is here, and keeps those of other times.</summary>
    /// <param name="times">The times.</param>
    /// <param name="compute">Computes those of the times, of every layer (6 or 2, times x labels, 1, D).</param>
    internal void Replace(float[] times, Func<float[], IEnumerable<Tensor>> compute)
    {
        Dispose();
        _layers = [.. compute(times).Select(layer => layer.DetachFromDisposeScope())];
        _times = times;
    }

    /// <summary>Those of one layer at a time that is here.</summary>
    /// <param name="t">The time.</param>
    /// <param name="layer">A block's number, or the number of blocks for the last layer.</param>
    /// <param name="labels">Number of different labels.</param>
    /// <returns>(6 or 2, labels, 1, D), owned by the caller's dispose scope.</returns>
    internal Tensor At(float t, int layer, int labels) => _layers[layer].narrow(1, (long)Array.IndexOf(_times, t) * labels, labels);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        (_layers, _times) = ([], []);
    }
}
