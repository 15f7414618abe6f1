using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>The residual connection of a block, gated by the conditioning vector (adaLN-Zero, Peebles and Xie 2023).</summary>
internal static class GatedResidual
{
    /// <summary>x + gate y; on a CPU in a kernel of our own.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="gate">Gate, (B, 1, D).</param>
    /// <param name="y">What a layer made of the tokens, (B, N, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor x, Tensor gate, Tensor y)
    {
        if (!LayerNormKernel.Takes(x) || !LayerNormKernel.Takes(y)) return x.PlusProduct(gate, y);
        using var scope = NewDisposeScope();
        gate = gate.contiguous();
        var result = is_grad_enabled() && (x.requires_grad || gate.requires_grad || y.requires_grad)
            ? Differentiable.apply(x, gate, y)
            : GateKernel.Forward(x, gate, y);
        return result.MoveToOuterDisposeScope();
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(GatedResidual);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            var (x, gate, y) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2]);
            context.save_for_backward([gate, y]);
            return GateKernel.Forward(x, gate, y);
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            var saved = context.get_saved_variables();
            var whole = gradient.contiguous();
            var (gate, y) = GateKernel.Backward(saved[0], saved[1], whole);
            foreach (var tensor in saved) tensor.Dispose();
            return [whole, gate, y];
        }
    }
}
