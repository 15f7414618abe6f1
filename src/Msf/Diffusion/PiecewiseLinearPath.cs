using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// A path that meets another at the borders of K equal windows of [0, 1] and is straight between them: that of a piecewise rectified flow (Yan et al.
/// 2024, PeRFlow, arXiv 2405.07510). A network that was trained on the other path keeps its meaning on this one: where it predicts noise or data, one step
/// of this path's flow over a window is the DDIM step of the other's. Of the linear path it is that path.
/// </summary>
public sealed class PiecewiseLinearPath : ProbabilityPath
{
    private const double Rounding = 1e-6;                                                     // of times that passed through float32
    private readonly double[] _alphas;                                                        // (K + 1), at the borders
    private readonly double[] _sigmas;

    /// <param name="path">The path to straighten.</param>
    /// <param name="windows">K, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no window.</exception>
    public PiecewiseLinearPath(ProbabilityPath path, int windows) : base(path.Kind)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        var borders = Enumerable.Range(0, windows + 1).Select(k => path.At((double)k / windows)).ToArray();
        (_alphas, _sigmas) = ([.. borders.Select(at => at.Alpha)], [.. borders.Select(at => at.Sigma)]);
    }

    /// <summary>Number of windows K.</summary>
    public int Windows => _alphas.Length - 1;

    /// <summary>The window of a time, 0 (noise) to K - 1; a border belongs to the window that begins there.</summary>
    /// <param name="t">Time in [0, 1].</param>
    /// <param name="windows">K, at least 1.</param>
    public static int WindowOf(double t, int windows) => Math.Clamp((int)Math.Floor(t * windows + Rounding), 0, windows - 1);

    /// <summary>No: a line has one velocity from end to end.</summary>
    public override bool VelocityIsInfiniteAtData => false;

    /// <inheritdoc/>
    public override PathCoefficients At(double t)
    {
        var k = WindowOf(t, Windows);
        var share = t * Windows - k;
        var (alpha, sigma) = (_alphas[k + 1] - _alphas[k], _sigmas[k + 1] - _sigmas[k]);
        return new(_alphas[k] + share * alpha, _sigmas[k] + share * sigma, Windows * alpha, Windows * sigma);
    }

    private protected override PathCoefficientTensors Compute(Tensor t)
    {
        var scaled = t.Times(Windows);
        var k = scaled.Plus(Rounding).floor().Clamped(0, Windows - 1);                        // (B,)
        var (share, window) = (scaled - k, k.to(ScalarType.Int64));
        var (alpha, alphaSlope) = Along(_alphas, window, share);
        var (sigma, sigmaSlope) = Along(_sigmas, window, share);
        return new(alpha, sigma, alphaSlope, sigmaSlope);
    }

    private (Tensor Value, Tensor Slope) Along(double[] values, Tensor window, Tensor share)
    {
        var starts = tensor(values[..^1], device: window.device);
        var rises = tensor([.. values.Skip(1).Zip(values, (next, value) => next - value)], device: window.device);
        var rise = rises.index_select(0, window);                                             // (B,)
        return (starts.index_select(0, window).Plus(share * rise), rise.Times(Windows));
    }
}
