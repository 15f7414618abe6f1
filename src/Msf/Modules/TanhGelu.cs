using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// Gaussian error linear unit in its tanh approximation (Hendrycks and Gimpel 2016, section 2),
/// x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, as DiT uses it.
/// </summary>
public static class TanhGelu
{
    /// <summary>Applies the unit elementwise: on a CPU in a kernel of our own, elsewhere in the built-in one.</summary>
    /// <param name="x">Values of any shape and floating type.</param>
    /// <returns>The same shape and type, owned by the caller's dispose scope; both ways agree to 1e-6 in float32.</returns>
    public static Tensor Apply(Tensor x)
    {
        if (!Rows.TakesAny(x)) return functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh);
        return is_grad_enabled() && x.requires_grad ? Differentiable.apply(x) : GeluKernel.Forward(x);
    }

    /// <summary>GELU(x Wᵀ + bias); on a CPU bias and unit are one pass of a kernel of our own.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="layer">From D to H.</param>
    /// <returns>(B, N, H), owned by the caller's dispose scope.</returns>
    internal static Tensor Apply(Tensor x, Linear layer)
    {
        using var scope = NewDisposeScope();
        var y = Rows.Takes(x, layer)
            ? Apply(TokenProduct.Apply(x, layer.weight), layer.bias!)
            : Apply(layer.call(x));
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>GELU(x + bias), for rows that <see cref="Rows.Takes(Tensor)"/> accepts.</summary>
    internal static Tensor Apply(Tensor x, Tensor bias) =>
        is_grad_enabled() && (x.requires_grad || bias.requires_grad) ? Biased.apply(x, bias) : GeluKernel.Forward(x, bias, null);

    private sealed class Biased : autograd.SingleTensorFunction<Biased>
    {
        public override string Name => nameof(TanhGelu);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            var (x, bias) = ((Tensor)inputs[0], (Tensor)inputs[1]);
            var derivative = empty_like(x);                                                   // instead of x: the backward pass is one product
            context.save_for_backward([derivative]);
            return GeluKernel.Forward(x, bias, derivative);
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            using var derivative = context.get_saved_variables()[0];
            using var whole = gradient.contiguous();
            var (x, bias) = GeluKernel.BackwardRows(derivative, whole);
            return [x, bias];
        }
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(TanhGelu);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            var x = (Tensor)inputs[0];
            context.save_for_backward([x]);
            return GeluKernel.Forward(x);
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            using var x = context.get_saved_variables()[0];
            using var whole = gradient.contiguous();
            return [GeluKernel.Backward(x, whole)];
        }
    }
}
