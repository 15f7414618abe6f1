using Msf.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Layer normalisation whose shift and scale come from the conditioning vector (adaLN, Peebles and Xie 2023).</summary>
internal static class AdaptiveLayerNorm
{
    private const double Epsilon = 1e-6;

    /// <summary>LayerNorm(x) (1 + scale) + shift, without learned affine parameters; on a CPU in a kernel of our own.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="shift">Shift, (B, 1, D).</param>
    /// <param name="scale">Scale, (B, 1, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor x, Tensor shift, Tensor scale)
    {
        using var scope = NewDisposeScope();
        if (!Rows.Takes(x)) return ApplyByOperations(x, shift, scale).MoveToOuterDisposeScope();
        (shift, scale) = (shift.contiguous(), scale.contiguous());
        var y = is_grad_enabled() && (x.requires_grad || shift.requires_grad || scale.requires_grad)
            ? Differentiable.apply(x, shift, scale)
            : LayerNormKernel.Forward(x, shift, scale, (float)Epsilon).Y;
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The same by libtorch's operations, for any device and width.</summary>
    internal static Tensor ApplyByOperations(Tensor x, Tensor shift, Tensor scale)
    {
        using var scope = NewDisposeScope();
        var normalized = functional.layer_norm(x, [x.shape[^1]], eps: Epsilon);
        return shift.PlusProduct(normalized, scale.Plus(1)).MoveToOuterDisposeScope();
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(AdaptiveLayerNorm);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            var (x, shift, scale) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2]);
            var (y, moments) = LayerNormKernel.Forward(x, shift, scale, (float)Epsilon);
            context.save_for_backward([x, scale, moments]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            var saved = context.get_saved_variables();
            using var whole = gradient.contiguous();
            var (x, shift, scale) = LayerNormKernel.Backward(saved[0], saved[1], saved[2], whole);
            foreach (var tensor in saved) tensor.Dispose();
            return [x, shift, scale];
        }
    }
}
