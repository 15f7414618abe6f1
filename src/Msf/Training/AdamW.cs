using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) on one flat float32 vector: the arithmetic of torch.optim.AdamW, in a few
/// passes whatever the number of parameters, with a state that is two tensors and a count.
/// </summary>
public sealed class AdamW : IDisposable
{
    private const double Epsilon = 1e-8;
    private const long Piece = 1 << 17;
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
    /// <param name="gradientScale">Factor on the gradient, which is scaled in place: gradient clipping.</param>
    /// <param name="average">Average of the weights, (P), moved towards the new weights; null for none.</param>
    /// <param name="averageWeight">How far the average moves, 0 to 1.</param>
    public void Step(
        Tensor weights, Tensor gradient, double learningRate, double gradientScale = 1, Tensor? average = null, double averageWeight = 0)
    {
        using var noGrad = no_grad();
        Steps++;
        var correction1 = 1 - Math.Pow(_beta1, Steps);
        var correction2 = Math.Sqrt(1 - Math.Pow(_beta2, Steps));
        var length = weights.shape[0];
        // In pieces that stay in the cache: each vector crosses the memory bus once a step, not once an operation.
        for (long start = 0; start < length; start += Piece)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(Piece, length - start);
            var (w, g) = (weights.narrow(0, start, count), gradient.narrow(0, start, count));
            var (m, v) = (Moment1.narrow(0, start, count), Moment2.narrow(0, start, count));
            if (gradientScale != 1) g.MultiplyInPlace(gradientScale);
            if (_weightDecay > 0) w.MultiplyInPlace(1 - learningRate * _weightDecay);
            m.LerpInPlace(g, 1 - _beta1);
            v.MultiplyInPlace(_beta2);
            v.AddProductInPlace(g, g, 1 - _beta2);
            var denominator = v.sqrt();
            denominator.DivideInPlace(correction2);
            denominator.AddInPlace(Epsilon);
            w.AddQuotientInPlace(m, denominator, -learningRate / correction1);
            average?.narrow(0, start, count).LerpInPlace(w, averageWeight);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Moment1.Dispose();
        Moment2.Dispose();
    }
}
