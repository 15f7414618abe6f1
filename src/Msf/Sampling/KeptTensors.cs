using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Tensors that outlive the dispose scope in which they were made, until all of them go at once; then others can be kept.</summary>
internal sealed class KeptTensors : IDisposable
{
    private readonly List<IDisposable> _kept = [];

    /// <summary>Keeps every tensor that is made and not disposed.</summary>
    /// <param name="make">Makes them.</param>
    /// <returns>What <paramref name="make"/> gave.</returns>
    internal T Keep<T>(Func<T> make)
    {
        using var scope = NewDisposeScope();
        var made = make();
        foreach (var tensor in scope.DisposablesView.ToArray())
        {
            scope.Detach(tensor);
            _kept.Add(tensor);
        }
        return made;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _kept) tensor.Dispose();
        _kept.Clear();
    }
}
