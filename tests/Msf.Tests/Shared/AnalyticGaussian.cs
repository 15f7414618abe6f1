using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>
/// A diffusion problem with a known answer: data whose every value is independently normal, N(mean, deviation^2).
/// </summary>
/// <remarks>
/// Then x_t is normal with mean <c>alpha m</c> and variance <c>S^2 = alpha^2 s^2 + sigma^2</c>, jointly with x1 and eps, so that every
/// conditional expectation is linear in x_t. The probability flow keeps quantiles: <c>(x_t - alpha m) / S</c> is constant along it.
/// Works in the type of the tensors; pass float64 to measure orders of convergence.
/// </remarks>
internal sealed class AnalyticGaussian(ProbabilityPath path, double mean, double deviation) : IAnalyticFlow
{
    public ProbabilityPath Path { get; } = path;

    /// <summary>m, the mean of the data.</summary>
    public double Mean { get; } = mean;

    /// <summary>s, the standard deviation of the data.</summary>
    public double Deviation { get; } = deviation;

    /// <summary>The best prediction of a kind at one time, <c>E[target | x_t]</c>.</summary>
    public Tensor Predict(PredictionKind kind, Tensor xt, double t)
    {
        using var scope = NewDisposeScope();
        var at = Path.At(t);
        var (p, q) = Row(kind, at);
        var slope = (p * at.Alpha * Deviation * Deviation + q * at.Sigma) / Variance(at);
        return ((xt - at.Alpha * Mean) * slope + p * Mean).MoveToOuterDisposeScope();
    }

    /// <summary>The best prediction of a kind at one time per image, t (B,).</summary>
    public Tensor Predict(PredictionKind kind, Tensor xt, Tensor t)
    {
        using var scope = NewDisposeScope();
        var times = t.to(ScalarType.Float64).cpu().data<double>().ToArray();
        var images = times.Select((time, i) => Predict(kind, xt[i], time)).ToArray();
        return stack(images).MoveToOuterDisposeScope();
    }

    /// <summary>The exact velocity of the probability flow, <c>E[alpha' x1 + sigma' eps | x_t]</c>.</summary>
    public Tensor Velocity(Tensor xt, double t) => Predict(PredictionKind.Velocity, xt, t);

    /// <summary>The exact velocity as what solvers integrate.</summary>
    public VelocityField Field => new(Path, Velocity);

    /// <summary>The exact denoiser, <c>E[x1 | x_t]</c>.</summary>
    public Tensor Denoise(Tensor xt, double t) => Predict(PredictionKind.Data, xt, t);

    /// <summary>Mean and variance of x_t.</summary>
    public (double Mean, double Variance) Moments(double t) => (Path.At(t).Alpha * Mean, Variance(Path.At(t)));

    /// <summary>The exact solution of the probability flow from one time to another.</summary>
    /// <param name="x">The state at <paramref name="from"/>.</param>
    /// <param name="from">Time of <paramref name="x"/>, 0 for noise.</param>
    /// <param name="to">Time of the result, 1 for data.</param>
    public Tensor Flow(Tensor x, double from = 0, double to = 1)
    {
        using var scope = NewDisposeScope();
        var (start, end) = (Path.At(from), Path.At(to));
        var stretch = Math.Sqrt(Variance(end) / Variance(start));
        return ((x - start.Alpha * Mean) * stretch + end.Alpha * Mean).MoveToOuterDisposeScope();
    }

    /// <summary>The exact network for a stage without condition, predicting <paramref name="kind"/>.</summary>
    public Denoiser Denoiser(PredictionKind kind) => (x, t, _, _, _) => Predict(kind, x, t);

    /// <summary>The mean square error that even the best prediction of a kind keeps at one time, <c>Var[target | x_t]</c>.</summary>
    public double IrreducibleLoss(PredictionKind kind, double t)
    {
        var at = Path.At(t);
        var (p, q) = Row(kind, at);
        var determinant = p * at.Sigma - q * at.Alpha;
        return Deviation * Deviation * determinant * determinant / Variance(at);
    }

    private double Variance(PathCoefficients at) => at.Alpha * at.Alpha * Deviation * Deviation + at.Sigma * at.Sigma;

    private static (double P, double Q) Row(PredictionKind kind, PathCoefficients at) => kind switch
    {
        PredictionKind.Velocity => (at.AlphaDerivative, at.SigmaDerivative),
        PredictionKind.Noise => (0, 1),
        PredictionKind.Data => (1, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
