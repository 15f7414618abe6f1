using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A field whose predicted data is kept within a range; the noise follows from it (clip_denoised of Ho et al. 2020 and DiT).</summary>
/// <param name="path">The path along which the field goes.</param>
/// <param name="field">The field.</param>
/// <param name="limit">The largest magnitude of a value of the data, above 0.</param>
internal sealed class ClippedField(ProbabilityPath path, IFlowField field, double limit) : IFlowField, IDisposable
{
    /// <summary>How near to t = 1, where sigma is 0, data does not tell the noise, and is the state itself: there velocities are left alone.</summary>
    private const double EndMargin = StageVelocity.EndMargin;

    public Tensor At(Tensor x, double t)
    {
        if (t > 1 - EndMargin) return field.At(x, t);
        using var scope = NewDisposeScope();
        var (data, noise) = DataAndNoiseAt(x, t);
        var at = path.At(Math.Min(t, 1 - EndMargin));
        return data.Times(at.AlphaDerivative).Plus(noise.Times(at.SigmaDerivative)).MoveToOuterDisposeScope();
    }

    public (Tensor Data, Tensor Noise) DataAndNoiseAt(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (data, noise, _) = DataNoiseAndVarianceAt(x, t);
        return (data.MoveToOuterDisposeScope(), noise.MoveToOuterDisposeScope());
    }

    public (Tensor Data, Tensor Noise, Tensor? Variance) DataNoiseAndVarianceAt(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (data, noise, variance) = field.DataNoiseAndVarianceAt(x, t);
        var clipped = data.Clamped(-limit, limit);
        var at = path.At(Math.Min(t, 1 - EndMargin));
        var followed = noise.Plus(data.sub(clipped).Times(at.Alpha / at.Sigma));              // alpha data + sigma noise stays
        return (clipped.MoveToOuterDisposeScope(), followed.MoveToOuterDisposeScope(), variance?.MoveToOuterDisposeScope());
    }

    public IFlowField OfImages(long first, long count) => new ClippedField(path, field.OfImages(first, count), limit);

    public void Dispose() => (field as IDisposable)?.Dispose();
}
