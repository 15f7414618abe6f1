using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// The one place where velocity, noise and data predictions are turned into each other.
/// </summary>
/// <remarks>
/// Every prediction is a pair of coefficients (p, q) on the unknown (x1, eps): velocity (alpha', sigma'), noise (0, 1), data (1, 0).
/// So is <c>x_t</c>: (alpha, sigma). Two equations determine x1 and eps, and any third quantity (p', q') is
/// <c>w prediction + u x_t</c> with <c>w = (p' sigma - q' alpha) / d</c>, <c>u = (p q' - q p') / d</c>, <c>d = p sigma - q alpha</c>.
/// d is alpha for noise, which vanishes at t = 0 (not on the discrete path), and sigma for data, which vanishes at t = 1; from these, and only where the target
/// differs from the source, t is kept 1e-5 away from that end. A velocity has no such end.
/// All times are in [0, 1], t = 1 is data. Results have the shape of the prediction and are owned by the caller's dispose scope. With a
/// scalar t they have the type of the inputs; with times per image at least float32.
/// </remarks>
public static class PredictionConversion
{
    /// <summary>How far t is kept from an end at which a conversion divides by 0.</summary>
    public const double EndMargin = 1e-5;

    /// <summary>The velocity that belongs to a prediction.</summary>
    /// <param name="path">The path that made <paramref name="xt"/>.</param>
    /// <param name="from">What <paramref name="prediction"/> is.</param>
    /// <param name="prediction">(B, ...).</param>
    /// <param name="xt">x_t, (B, ...).</param>
    /// <param name="t">Time in [0, 1].</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor ToVelocity(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, double t) =>
        Convert(path, from, PredictionKind.Velocity, prediction, xt, t);

    /// <inheritdoc cref="ToVelocity(ProbabilityPath, PredictionKind, Tensor, Tensor, double)"/>
    /// <param name="path">The path that made <paramref name="xt"/>.</param>
    /// <param name="from">What <paramref name="prediction"/> is.</param>
    /// <param name="prediction">(B, ...).</param>
    /// <param name="xt">x_t, (B, ...).</param>
    /// <param name="t">Times in [0, 1], (B,).</param>
    public static Tensor ToVelocity(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, Tensor t) =>
        Convert(path, from, PredictionKind.Velocity, prediction, xt, t);

    /// <summary>The noise eps that belongs to a prediction.</summary>
    /// <inheritdoc cref="ToVelocity(ProbabilityPath, PredictionKind, Tensor, Tensor, double)"/>
    public static Tensor ToNoise(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, double t) =>
        Convert(path, from, PredictionKind.Noise, prediction, xt, t);

    /// <summary>The noise eps that belongs to a prediction.</summary>
    /// <inheritdoc cref="ToVelocity(ProbabilityPath, PredictionKind, Tensor, Tensor, Tensor)"/>
    public static Tensor ToNoise(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, Tensor t) =>
        Convert(path, from, PredictionKind.Noise, prediction, xt, t);

    /// <summary>The data x1 that belongs to a prediction.</summary>
    /// <inheritdoc cref="ToVelocity(ProbabilityPath, PredictionKind, Tensor, Tensor, double)"/>
    public static Tensor ToData(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, double t) =>
        Convert(path, from, PredictionKind.Data, prediction, xt, t);

    /// <summary>The data x1 that belongs to a prediction.</summary>
    /// <inheritdoc cref="ToVelocity(ProbabilityPath, PredictionKind, Tensor, Tensor, Tensor)"/>
    public static Tensor ToData(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, Tensor t) =>
        Convert(path, from, PredictionKind.Data, prediction, xt, t);

    /// <summary>The score, the gradient of log p_t at x_t: <c>-eps / sigma</c>. t is kept 1e-5 away from 1, where sigma vanishes.</summary>
    /// <inheritdoc cref="ToVelocity(ProbabilityPath, PredictionKind, Tensor, Tensor, double)"/>
    public static Tensor ToScore(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, double t)
    {
        using var noise = ToNoise(path, from, prediction, xt, t);
        return noise.Times(-1 / path.At(Math.Min(t, 1 - EndMargin)).Sigma);
    }

    /// <summary>The score, the gradient of log p_t at x_t: <c>-eps / sigma</c>. t is kept 1e-5 away from 1, where sigma vanishes.</summary>
    /// <inheritdoc cref="ToVelocity(ProbabilityPath, PredictionKind, Tensor, Tensor, Tensor)"/>
    public static Tensor ToScore(ProbabilityPath path, PredictionKind from, Tensor prediction, Tensor xt, Tensor t)
    {
        using var scope = NewDisposeScope();
        var noise = ToNoise(path, from, prediction, xt, t);
        var sigma = path.AtDouble(t.to(ScalarType.Float64).Clamped(0, 1 - EndMargin)).Sigma.to(ScalarType.Float32);
        return (-noise / ProbabilityPath.PerImage(sigma, xt.shape.Length)).MoveToOuterDisposeScope();
    }

    /// <summary>What a network of a kind is trained on.</summary>
    /// <param name="path">The path.</param>
    /// <param name="kind">What the network predicts.</param>
    /// <param name="x1">Data, (B, ...).</param>
    /// <param name="eps">Noise, shape of <paramref name="x1"/>.</param>
    /// <param name="t">Times in [0, 1], (B,).</param>
    /// <returns>
    /// Shape and type of <paramref name="x1"/>, owned by the caller's dispose scope; for noise and data it shares memory with the argument.
    /// </returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Target(ProbabilityPath path, PredictionKind kind, Tensor x1, Tensor eps, Tensor t) => kind switch
    {
        PredictionKind.Velocity => path.Velocity(x1, eps, t),
        PredictionKind.Noise => eps.alias(),
        PredictionKind.Data => x1.alias(),
        _ => throw Unknown(kind),
    };

    /// <summary>Turns a prediction of any kind into any other, see the remarks of the class.</summary>
    /// <param name="path">The path that made <paramref name="xt"/>.</param>
    /// <param name="from">What <paramref name="prediction"/> is.</param>
    /// <param name="to">What is wanted.</param>
    /// <param name="prediction">(B, ...).</param>
    /// <param name="xt">x_t, (B, ...).</param>
    /// <param name="t">Time in [0, 1].</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Convert(ProbabilityPath path, PredictionKind from, PredictionKind to, Tensor prediction, Tensor xt, double t)
    {
        ShapeGuard.Require(prediction, nameof(prediction), xt.shape);
        if (from == to) return prediction.alias();
        using var scope = NewDisposeScope();
        var at = path.At(Math.Clamp(t, Earliest(path, from), Latest(from)));
        var ((p, q), (wantedP, wantedQ)) = (Row(from, at), Row(to, at));
        var determinant = p * at.Sigma - q * at.Alpha;
        var w = (wantedP * at.Sigma - wantedQ * at.Alpha) / determinant;
        var u = (p * wantedQ - q * wantedP) / determinant;
        return prediction.Times(w).Plus(xt.Times(u)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Convert(ProbabilityPath, PredictionKind, PredictionKind, Tensor, Tensor, double)"/>
    /// <param name="path">The path that made <paramref name="xt"/>.</param>
    /// <param name="from">What <paramref name="prediction"/> is.</param>
    /// <param name="to">What is wanted.</param>
    /// <param name="prediction">(B, ...).</param>
    /// <param name="xt">x_t, (B, ...).</param>
    /// <param name="t">Times in [0, 1], (B,).</param>
    public static Tensor Convert(ProbabilityPath path, PredictionKind from, PredictionKind to, Tensor prediction, Tensor xt, Tensor t)
    {
        var shape = xt.shape;
        ShapeGuard.Require(prediction, nameof(prediction), shape);
        ShapeGuard.Require(t, nameof(t), shape.Length == 0 ? 1 : shape[0]);
        if (from == to) return prediction.alias();
        using var scope = NewDisposeScope();
        var at = path.AtDouble(t.to(ScalarType.Float64).Clamped(Earliest(path, from), Latest(from)));    // (B,) each
        var ((p, q), (wantedP, wantedQ)) = (Row(from, at), Row(to, at));
        var determinant = p * at.Sigma - q * at.Alpha;
        var w = (wantedP * at.Sigma - wantedQ * at.Alpha) / determinant;
        var u = (p * wantedQ - q * wantedP) / determinant;
        return (prediction * Scale(w)).Plus(xt * Scale(u)).MoveToOuterDisposeScope();

        Tensor Scale(Tensor weight) => ProbabilityPath.PerImage(weight.to(ScalarType.Float32), shape.Length);
    }

    /// <summary>
    /// alpha, sigma and d (see the remarks of the class) at times kept away from the end at which d vanishes, (B,) float64 each; temporaries go to
    /// the caller's dispose scope.
    /// </summary>
    internal static (Tensor Alpha, Tensor Sigma, Tensor Determinant) CoefficientsAndDeterminant(ProbabilityPath path, PredictionKind kind, Tensor t)
    {
        var at = path.AtDouble(t.to(ScalarType.Float64).Clamped(Earliest(path, kind), Latest(kind)));
        var (p, q) = Row(kind, at);
        return (at.Alpha, at.Sigma, p * at.Sigma - q * at.Alpha);
    }

    private static double Earliest(ProbabilityPath path, PredictionKind from) =>
        from == PredictionKind.Noise && path.Kind != PathKind.VariancePreservingDiscrete ? EndMargin : 0;

    private static double Latest(PredictionKind from) => from == PredictionKind.Data ? 1 - EndMargin : 1;

    private static (double P, double Q) Row(PredictionKind kind, PathCoefficients at) => kind switch
    {
        PredictionKind.Velocity => (at.AlphaDerivative, at.SigmaDerivative),
        PredictionKind.Noise => (0, 1),
        PredictionKind.Data => (1, 0),
        _ => throw Unknown(kind),
    };

    private static (Tensor P, Tensor Q) Row(PredictionKind kind, PathCoefficientTensors at) => kind switch
    {
        PredictionKind.Velocity => (at.AlphaDerivative, at.SigmaDerivative),
        PredictionKind.Noise => (zeros_like(at.Alpha), ones_like(at.Alpha)),
        PredictionKind.Data => (ones_like(at.Alpha), zeros_like(at.Alpha)),
        _ => throw Unknown(kind),
    };

    private static ArgumentOutOfRangeException Unknown(PredictionKind kind) =>
        new(nameof(kind), kind, $"expected one of {string.Join(", ", Enum.GetNames<PredictionKind>())}.");
}
