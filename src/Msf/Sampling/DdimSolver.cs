using Msf.Diffusion;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>What a network makes of a state x, (B, ...), at time t: the data and the noise that x would be a mixture of.</summary>
public delegate (Tensor Data, Tensor Noise) DataAndNoise(Tensor x, double t);

/// <summary>
/// DDIM (Song et al. 2021, "Denoising diffusion implicit models", eq. 12): mixes the predicted data and noise anew for the next time,
/// <c>x' = alpha' x1 + sigma' eps</c>. On the linear path it is Euler's method.
/// </summary>
public static class DdimSolver
{
    /// <summary>Takes one step.</summary>
    /// <param name="path">The path.</param>
    /// <param name="predict">The network.</param>
    /// <param name="x">State at time t, (B, ...); not changed.</param>
    /// <param name="t">Current time.</param>
    /// <param name="next">Time after the step, not before <paramref name="t"/>.</param>
    /// <param name="eta">How much of the noise is replaced by fresh noise: 0 none (deterministic), 1 as in DDPM.</param>
    /// <param name="fresh">Standard normal noise, shape of <paramref name="x"/>; needed where <paramref name="eta"/> is above 0.</param>
    /// <returns>State at <paramref name="next"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Fresh noise is missing.</exception>
    public static Tensor Step(ProbabilityPath path, DataAndNoise predict, Tensor x, double t, double next, double eta = 0, Tensor? fresh = null)
    {
        if (eta > 0 && fresh is null) throw new ArgumentException($"eta is {eta}: fresh noise is needed.", nameof(fresh));
        using var scope = NewDisposeScope();
        var (data, noise) = predict(x, t);
        var (from, to) = (path.At(t), path.At(next));
        var ratio = from.Alpha / to.Alpha;
        var replaced = eta == 0 ? 0 : eta * to.Sigma / from.Sigma * Math.Sqrt(Math.Max(0, from.Sigma * from.Sigma - ratio * ratio * to.Sigma * to.Sigma));
        var kept = Math.Sqrt(Math.Max(0, to.Sigma * to.Sigma - replaced * replaced));
        var state = data.Times(to.Alpha).Plus(noise.Times(kept));
        if (replaced > 0) state = state.Plus(fresh!.Times(replaced));
        return state.MoveToOuterDisposeScope();
    }

    /// <summary>Goes over a whole grid without fresh noise.</summary>
    /// <param name="path">The path.</param>
    /// <param name="predict">The network.</param>
    /// <param name="x">State at the first time, (B, ...); not changed.</param>
    /// <param name="times">Times to visit, at least two.</param>
    /// <param name="stepped">Called after every step with the number of steps done; may throw to stop.</param>
    /// <returns>State at the last time, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">There are fewer than two times.</exception>
    public static Tensor Integrate(ProbabilityPath path, DataAndNoise predict, Tensor x, ReadOnlySpan<double> times, Action<int>? stepped = null)
    {
        if (times.Length < 2) throw new ArgumentException($"{times.Length} times came, expected at least two: where to start and where to end.", nameof(times));
        using var scope = NewDisposeScope();
        var state = x.alias();
        for (var i = 0; i + 1 < times.Length; i++)
        {
            var previous = state;
            state = Step(path, predict, previous, times[i], times[i + 1]);
            previous.Dispose();
            stepped?.Invoke(i + 1);
        }
        return state.MoveToOuterDisposeScope();
    }
}
