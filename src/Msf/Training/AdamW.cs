using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) on one flat float32 vector: the arithmetic of torch.optim.AdamW, in eight passes
/// whatever the number of parameters, with a state that is two tensors and a count.
/// </summary>
public sealed class AdamW : IDisposable
{
    private const double Epsilon = 1e-8;
    private readonly double _beta1, _beta2, _weightDecay;

    /// <summary>Starts with zero moments.</summary>
    /// <param name="like">A vector of the shape and device of the weights, (P).</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    public AdamW(Tensor like, double beta1, double beta2, double weightDecay)
    {
        (_beta1, _beta2, _weightDecay) = (beta1, beta2, weightDecay);
        Moment1 = zeros_like(like).DetachFromDisposeScope();
        Moment2 = zeros_like(like).DetachFromDisposeScope();
    }

    /// <summary>Average of the gradients, (P).</summary>
    public Tensor Moment1 { get; }

    /// <summary>Average of the squared gradients, (P).</summary>
    public Tensor Moment2 { get; }

    /// <summary>Steps taken; set when a checkpoint is loaded.</summary>
    public long Steps { get; set; }

    /// <summary>Takes one step.</summary>
    /// <param name="weights">Weights, (P), changed in place.</param>
    /// <param name="gradient">Gradient, (P).</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    public void Step(Tensor weights, Tensor gradient, double learningRate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        if (_weightDecay > 0) weights.MultiplyInPlace(1 - learningRate * _weightDecay);
        Moment1.LerpInPlace(gradient, 1 - _beta1);
        Moment2.MultiplyInPlace(_beta2);
        Moment2.AddProductInPlace(gradient, gradient, 1 - _beta2);
        var correction1 = 1 - Math.Pow(_beta1, Steps);
        var correction2 = Math.Sqrt(1 - Math.Pow(_beta2, Steps));
        var denominator = Moment2.sqrt();
        denominator.DivideInPlace(correction2);
        denominator.AddInPlace(Epsilon);
        weights.AddQuotientInPlace(Moment1, denominator, -learningRate / correction1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Moment1.Dispose();
        Moment2.Dispose();
    }
}
