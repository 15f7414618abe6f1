using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A field that can be asked for the data behind a state between two steps, at no cost: the evaluation is the one that the next step begins with.</summary>
/// <param name="inner">The field.</param>
/// <param name="path">The path along which it goes.</param>
internal sealed class PausableField(IFlowField inner, ProbabilityPath path) : IFlowField, IDisposable
{
    private IFlowField _inner = inner;
    private (double Time, Tensor Data, Tensor Noise, Tensor? Variance)? _seen;

    /// <summary>Goes on with another field, that of some of the images.</summary>
    internal void Replace(IFlowField field)
    {
        Dispose();
        _inner = field;
    }

    /// <summary>The data that a state at time t would be a mixture of, (B, ...), owned by the caller's dispose scope. The next evaluation must be of the same state, or of another time.</summary>
    internal Tensor DataBehind(Tensor x, double t)
    {
        var (data, noise, variance) = _inner.DataNoiseAndVarianceAt(x, t);
        _seen = (t, data.DetachFromDisposeScope(), noise.DetachFromDisposeScope(), variance?.DetachFromDisposeScope());
        return data.alias();
    }

    /// <inheritdoc/>
    public Tensor At(Tensor x, double t)
    {
        if (Take(t) is not var (data, noise, _)) return _inner.At(x, t);
        using var scope = NewDisposeScope();
        var at = path.At(t);
        return data.Times(at.AlphaDerivative).Plus(noise.Times(at.SigmaDerivative)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public (Tensor Data, Tensor Noise) DataAndNoiseAt(Tensor x, double t) => Take(t) is var (data, noise, _) ? (data, noise) : _inner.DataAndNoiseAt(x, t);

    /// <inheritdoc/>
    public (Tensor Data, Tensor Noise, Tensor? Variance) DataNoiseAndVarianceAt(Tensor x, double t) => Take(t) ?? _inner.DataNoiseAndVarianceAt(x, t);

    /// <inheritdoc/>
    public IFlowField OfImages(long first, long count)
    {
        Dispose();
        return _inner.OfImages(first, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _seen?.Data.Dispose();
        _seen?.Noise.Dispose();
        _seen?.Variance?.Dispose();
        _seen = null;
    }

    // Attached to the scope that asks, as an evaluation would be.
    private (Tensor Data, Tensor Noise, Tensor? Variance)? Take(double t)
    {
        if (_seen is not { } seen) return null;
        if (seen.Time != t)
        {
            Dispose();
            return null;
        }
        var taken = (seen.Data.alias(), seen.Noise.alias(), seen.Variance?.alias());
        Dispose();
        return taken;
    }
}
