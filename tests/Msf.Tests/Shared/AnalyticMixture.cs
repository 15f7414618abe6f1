using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>
/// A diffusion problem with a known answer that is not linear: data whose every value is independently drawn from a mixture of normal distributions.
/// </summary>
/// <remarks>
/// x_t is such a mixture too, of N(alpha m, S^2) with S^2 = alpha^2 s^2 + sigma^2; expectations given x_t are those of the components, weighted by how likely each
/// made x_t. In one dimension the probability flow keeps quantiles, so that the exact flow is one cumulative distribution after the inverse of another.
/// </remarks>
internal sealed class AnalyticMixture(ProbabilityPath path) : IAnalyticFlow
{
    private static readonly (double Weight, double Mean, double Deviation)[] _components = [(0.4, -0.8, 0.35), (0.6, 0.9, 0.5)];

    public ProbabilityPath Path { get; } = path;

    public VelocityField Field => new(Path, Velocity);

    /// <summary>The moment of an order of the data.</summary>
    public static double Moment(int order) => _components.Sum(c => c.Weight * order switch
    {
        1 => c.Mean,
        2 => c.Mean * c.Mean + c.Deviation * c.Deviation,
        4 => Math.Pow(c.Mean, 4) + 6 * Math.Pow(c.Mean * c.Deviation, 2) + 3 * Math.Pow(c.Deviation, 4),
        _ => throw new ArgumentOutOfRangeException(nameof(order)),
    });

    /// <summary>The best prediction of a kind, <c>E[target | x_t]</c>.</summary>
    public Tensor Predict(PredictionKind kind, Tensor xt, double t)
    {
        using var scope = NewDisposeScope();
        var at = Path.At(t);
        var (data, noise, sum) = (zeros_like(xt), zeros_like(xt), zeros_like(xt));
        foreach (var (weight, mean, deviation) in _components)
        {
            var (spread, centred) = (Spread(at, deviation), xt - at.Alpha * mean);
            var likelihood = (centred / spread).square().mul(-0.5).exp() * (weight / spread);
            var slope = at.Alpha * deviation * deviation / (spread * spread);
            data += likelihood * (centred * slope + mean);
            noise += likelihood * centred * (at.Sigma / (spread * spread));
            sum += likelihood;
        }
        (data, noise) = (data / sum, noise / sum);
        return (kind switch
        {
            PredictionKind.Data => data,
            PredictionKind.Noise => noise,
            _ => data * at.AlphaDerivative + noise * at.SigmaDerivative,
        }).MoveToOuterDisposeScope();
    }

    /// <summary>The exact velocity of the probability flow.</summary>
    public Tensor Velocity(Tensor xt, double t) => Predict(PredictionKind.Velocity, xt, t);

    public Tensor Flow(Tensor x, double from = 0, double to = 1)
    {
        using var scope = NewDisposeScope();
        var wanted = Cumulative(x, Path.At(from));
        var (low, high) = (full_like(x, -12), full_like(x, 12));
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            var below = Cumulative(middle, Path.At(to)) < wanted;
            (low, high) = (where(below, middle, low), where(below, high, middle));
        }
        return ((low + high) / 2).MoveToOuterDisposeScope();
    }

    private static Tensor Cumulative(Tensor x, PathCoefficients at)
    {
        var sum = zeros_like(x);
        foreach (var (weight, mean, deviation) in _components)
            sum += special.erfc((x - at.Alpha * mean) / (-Math.Sqrt(2) * Spread(at, deviation))) * (weight / 2);
        return sum;
    }

    private static double Spread(PathCoefficients at, double deviation) =>
        Math.Sqrt(at.Alpha * at.Alpha * deviation * deviation + at.Sigma * at.Sigma);
}
