using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// Moves times towards noise or data, as larger images need more noise to be destroyed as much (Esser et al. 2024, eq. 23).
/// </summary>
/// <remarks>
/// In the noise level s = 1 - t: <c>s' = shift s / (1 + (shift - 1) s)</c>, that is <c>t' = t / (t + shift (1 - t))</c>, that is
/// <c>logit t' = logit t - log shift</c>. The ends stay, shift 1 changes nothing, shift above 1 moves towards noise, and 1 / shift undoes it.
/// </remarks>
public static class TimeShift
{
    /// <summary>Shifts one time.</summary>
    /// <param name="t">Time in [0, 1].</param>
    /// <param name="shift">Above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not a finite number above 0.</exception>
    public static double Apply(double t, double shift)
    {
        Require(shift);
        return t / (t + shift * (1 - t));
    }

    /// <summary>Shifts times.</summary>
    /// <param name="t">Times in [0, 1], any shape, floating point.</param>
    /// <param name="shift">Above 0.</param>
    /// <returns>Shape, type and device of <paramref name="t"/>, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not a finite number above 0.</exception>
    public static Tensor Apply(Tensor t, double shift)
    {
        Require(shift);
        using var scope = NewDisposeScope();
        return (t / t.Plus(t.SubtractedFrom(1).Times(shift))).MoveToOuterDisposeScope();
    }

    /// <summary>The shift that keeps the amount of destruction when the number of tokens changes: the square root of their ratio.</summary>
    /// <param name="tokens">Tokens of the resolution in question, at least 1.</param>
    /// <param name="baseTokens">Tokens of the resolution that needs no shift, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of tokens is below 1.</exception>
    public static double ForResolution(long tokens, long baseTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(baseTokens, 1);
        return Math.Sqrt((double)tokens / baseTokens);
    }

    private static void Require(double shift)
    {
        if (!double.IsFinite(shift) || shift <= 0)
            throw new ArgumentOutOfRangeException(nameof(shift), shift, "expected a finite number above 0; 1 is no shift.");
    }
}
