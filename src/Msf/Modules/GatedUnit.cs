using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>The gated unit silu(a) b with (a, b) = x Wᵀ + bias (SwiGLU, Shazeer 2020).</summary>
internal static class GatedUnit
{
    /// <summary>Applies layer and unit; on a CPU bias and unit are one pass of a kernel of our own.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="layer">From D to 2 H, gate before value.</param>
    /// <returns>(B, N, H), owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor x, Linear layer)
    {
        using var scope = NewDisposeScope();
        if (Rows.Takes(x, layer))
            return Apply(TokenProduct.Apply(x, layer.weight), layer.bias!).MoveToOuterDisposeScope();
        var parts = layer.call(x).chunk(2, dim: -1);                                          // 2 x (B, N, H)
        return functional.silu(parts[0]).mul(parts[1]).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the bias and applies the unit, for rows that <see cref="Rows.Takes(Tensor)"/> accepts.</summary>
    internal static Tensor Apply(Tensor x, Tensor bias) =>
        is_grad_enabled() && (x.requires_grad || bias.requires_grad) ? Differentiable.apply(x, bias) : GatedUnitKernel.Forward(x, bias);

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(GatedUnit);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            var (x, bias) = ((Tensor)inputs[0], (Tensor)inputs[1]);
            context.save_for_backward([x, bias]);
            return GatedUnitKernel.Forward(x, bias);
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            var saved = context.get_saved_variables();
            using var whole = gradient.contiguous();
            var (x, bias) = GatedUnitKernel.Backward(saved[0], saved[1], whole);
            foreach (var tensor in saved) tensor.Dispose();
            return [x, bias];
        }
    }
}
