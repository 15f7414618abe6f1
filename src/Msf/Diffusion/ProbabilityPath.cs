using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// A Gaussian path from noise to data, <c>x_t = alpha(t) x1 + sigma(t) eps</c>, with t = 0 noise and t = 1 data
/// (Lipman et al. 2023; Ma et al. 2024, SiT, section 2).
/// </summary>
/// <remarks>
/// Coefficients are computed in float64. Times per image are tensors of shape (B,): nothing here reads them back from the device.
/// </remarks>
public abstract class ProbabilityPath
{
    private protected ProbabilityPath(PathKind kind) => Kind = kind;

    /// <summary>Which path this is.</summary>
    public PathKind Kind { get; }

    /// <summary>Whether sigma', and so the velocity, is infinite at t = 1.</summary>
    public virtual bool VelocityIsInfiniteAtData => false;

    /// <summary>The path of a kind.</summary>
    /// <param name="k">Which path.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of <see cref="PathKind"/>.</exception>
    public static ProbabilityPath Create(PathKind k) => k switch
    {
        PathKind.Linear => new LinearPath(),
        PathKind.VariancePreservingLinear => new VariancePreservingLinearPath(),
        PathKind.VariancePreservingCosine => new VariancePreservingCosinePath(),
        PathKind.VariancePreservingDiscrete => new VariancePreservingDiscretePath(),
        _ => throw new ArgumentOutOfRangeException(nameof(k), k, $"expected one of {string.Join(", ", Enum.GetNames<PathKind>())}."),
    };

    /// <summary>Coefficients at one time.</summary>
    /// <param name="t">Time in [0, 1].</param>
    /// <returns>
    /// The coefficients. Where sigma' is infinite (<see cref="PathKind.VariancePreservingLinear"/> and its discrete sibling at t = 1) it is that of t = 1 - 1e-5.
    /// </returns>
    public abstract PathCoefficients At(double t);

    /// <summary>Coefficients at one time per image: the same numbers as <see cref="At(double)"/>.</summary>
    /// <param name="t">Times in [0, 1], (B,), any floating type.</param>
    /// <returns>Coefficients, each (B,) float32 on the device of <paramref name="t"/>, owned by the caller's dispose scope.</returns>
    public PathCoefficientTensors At(Tensor t)
    {
        using var scope = NewDisposeScope();
        return AtDouble(t).Select(coefficient => coefficient.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <summary>A point of the path, <c>x_t = alpha(t) x1 + sigma(t) eps</c>.</summary>
    /// <param name="x1">Data, (B, ...).</param>
    /// <param name="eps">Standard normal noise, shape of <paramref name="x1"/>.</param>
    /// <param name="t">Times in [0, 1], (B,), on the device of <paramref name="x1"/>.</param>
    /// <returns>x_t, shape and type of <paramref name="x1"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor Interpolate(Tensor x1, Tensor eps, Tensor t)
    {
        using var scope = NewDisposeScope();
        var at = PerImage(t, x1, eps);
        return (at.Alpha * x1).Plus(at.Sigma * eps).to(x1.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The velocity of the path, <c>v = alpha'(t) x1 + sigma'(t) eps</c>: the derivative of x_t in t.</summary>
    /// <param name="x1">Data, (B, ...).</param>
    /// <param name="eps">Standard normal noise, shape of <paramref name="x1"/>.</param>
    /// <param name="t">Times in [0, 1], (B,), on the device of <paramref name="x1"/>.</param>
    /// <returns>v, shape and type of <paramref name="x1"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor Velocity(Tensor x1, Tensor eps, Tensor t)
    {
        using var scope = NewDisposeScope();
        var at = PerImage(t, x1, eps);
        return (at.AlphaDerivative * x1).Plus(at.SigmaDerivative * eps).to(x1.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Coefficients at times (B,) as float64 tensors in the caller's dispose scope.</summary>
    internal PathCoefficientTensors AtDouble(Tensor t)
    {
        ShapeGuard.Require(t, nameof(t), -1);
        return Compute(t.to(ScalarType.Float64));
    }

    /// <summary>Coefficients at float64 times (B,), as float64; temporaries go to the caller's dispose scope.</summary>
    private protected abstract PathCoefficientTensors Compute(Tensor t);

    private PathCoefficientTensors PerImage(Tensor t, Tensor x1, Tensor eps)
    {
        var shape = x1.shape;
        ShapeGuard.Require(eps, nameof(eps), shape);
        ShapeGuard.Require(t, nameof(t), shape.Length == 0 ? 1 : shape[0]);
        return At(t).Select(coefficient => PerImage(coefficient, shape.Length));
    }

    /// <summary>(B,) as (B, 1, ...) of a rank, to scale whole images.</summary>
    internal static Tensor PerImage(Tensor perImage, int rank)
    {
        var shape = new long[rank];
        Array.Fill(shape, 1);
        shape[0] = perImage.shape[0];
        return perImage.view(shape);                             // (B, 1, ...)
    }
}
