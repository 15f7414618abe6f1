using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>Weights of the training loss by time. What is reported as the loss stays unweighted, so that runs can be compared.</summary>
public sealed record LossWeighting
{
    /// <summary>The family. Default uniform.</summary>
    public LossWeightingKind Kind { get; init; } = LossWeightingKind.Uniform;

    /// <summary>Ratio at which <see cref="LossWeightingKind.MinSnr"/> is cut, above 0. Default 5, the paper's.</summary>
    public double MinSnrGamma { get; init; } = 5;

    /// <summary>Checks every member.</summary>
    /// <returns>All errors, one line each; empty where the weighting is sound.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!Enum.IsDefined(Kind))
            errors.Add($"kind is {(int)Kind}: expected {string.Join(" or ", Enum.GetNames<LossWeightingKind>())}.");
        if (!(MinSnrGamma > 0) || !double.IsFinite(MinSnrGamma)) errors.Add($"minSnrGamma is {MinSnrGamma}: expected a finite number above 0.");
        return errors;
    }

    /// <summary>The factors on the mean square error of every image.</summary>
    /// <param name="path">The path.</param>
    /// <param name="prediction">What the network predicts, and its error is measured in.</param>
    /// <param name="t">Times in [0, 1], (B,).</param>
    /// <returns>Factors, at least 0, (B,) float32, owned by the caller's dispose scope; null where all are 1.</returns>
    public Tensor? Of(ProbabilityPath path, PredictionKind prediction, Tensor t)
    {
        if (Kind == LossWeightingKind.Uniform) return null;
        using var scope = NewDisposeScope();
        var (alpha, sigma, determinant) = PredictionConversion.CoefficientsAndDeterminant(path, prediction, t);
        // An error e of the prediction is one of e sigma / d of the data: min(SNR, gamma) (sigma / d)² = min(alpha², gamma sigma²) / d².
        var limit = minimum(alpha.Squared(), sigma.Squared().Times(MinSnrGamma));
        return (limit / determinant.Squared()).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
