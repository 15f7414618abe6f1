using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) on one flat float32 vector: the arithmetic of torch.optim.AdamW, in one pass on a CPU and a few
/// on other devices, with a state that is two tensors and a count.
/// </summary>
public sealed class AdamW : IDisposable
{
    internal const float Epsilon = 1e-8f;
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
    /// <param name="weights">Weights, (P), float32, changed in place.</param>
    /// <param name="gradient">Gradient, (P), float32 or bfloat16.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="gradientScale">Factor on the gradient: gradient clipping.</param>
    /// <param name="average">Average of the weights, (P), float32, moved towards the new weights; null for none.</param>
    /// <param name="averageWeight">How far the average moves, 0 to 1.</param>
    /// <param name="parameters">Receives the new weights rounded to its type, (P), float32 or bfloat16; null for none.</param>
    public void Step(
        Tensor weights, Tensor gradient, double learningRate, double gradientScale = 1, Tensor? average = null, double averageWeight = 0,
        Tensor? parameters = null)
    {
        Steps++;
        if (weights.device_type == DeviceType.CPU)
        {
            var numbers = new AdamWKernel.Numbers(Steps, _beta1, _beta2, _weightDecay, learningRate, gradientScale, averageWeight);
            new AdamWKernel(new AdamWKernel.Tensors(weights, gradient, Moment1, Moment2, average, parameters), numbers).Run(weights.shape[0]);
            return;
        }
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var g = gradient.to_type(ScalarType.Float32);
        if (gradientScale != 1) g = g.Times(gradientScale);
        if (_weightDecay > 0) weights.MultiplyInPlace(1 - learningRate * _weightDecay);
        Moment1.LerpInPlace(g, 1 - _beta1);
        Moment2.MultiplyInPlace(_beta2);
        Moment2.AddProductInPlace(g, g, 1 - _beta2);
        var denominator = Moment2.sqrt();
        denominator.DivideInPlace(Math.Sqrt(1 - Math.Pow(_beta2, Steps)));
        denominator.AddInPlace(Epsilon);
        weights.AddQuotientInPlace(Moment1, denominator, -learningRate / (1 - Math.Pow(_beta1, Steps)));
        average?.LerpInPlace(weights, averageWeight);
        parameters?.copy_(weights);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Moment1.Dispose();
        Moment2.Dispose();
    }
}
