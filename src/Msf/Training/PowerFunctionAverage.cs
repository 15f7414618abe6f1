using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// An average of the weights over training whose width grows with it (Karras et al. 2024, section 3.1): after every step
/// <c>average = beta average + (1 - beta) weights</c> with <c>beta = (1 - batch / images)^(gamma + 1)</c>.
/// </summary>
/// <remarks>
/// That takes of the weights after every step exactly the integral of the <see cref="PowerFunctionProfile"/> over the images of the step.
/// </remarks>
public sealed class PowerFunctionAverage : IDisposable
{
    /// <summary>Starts as the given weights; the first update replaces them.</summary>
    /// <param name="weights">Float32 vector, (P).</param>
    /// <param name="relativeWidth">sigma_rel, above 0, at most <see cref="PowerFunctionProfile.WidestRelativeWidth"/>.</param>
    public PowerFunctionAverage(Tensor weights, double relativeWidth)
    {
        Gamma = PowerFunctionProfile.GammaOf(relativeWidth);
        Value = weights.clone().DetachFromDisposeScope();
    }

    /// <summary>Exponent of the profile.</summary>
    public double Gamma { get; }

    /// <summary>The average, float32, (P), owned by this.</summary>
    public Tensor Value { get; }

    /// <summary>Takes in the weights after a step.</summary>
    /// <param name="weights">Float32, (P).</param>
    /// <param name="images">Images seen, those of the step included.</param>
    /// <param name="batch">Images of the step.</param>
    public void Update(Tensor weights, long images, long batch)
    {
        using var noGrad = no_grad();
        Value.LerpInPlace(weights, 1 - Math.Pow(1 - batch / (double)images, Gamma + 1));
    }

    /// <inheritdoc/>
    public void Dispose() => Value.Dispose();
}
