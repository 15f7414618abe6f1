using Msf.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>The residual connection of a block, gated by the conditioning vector (adaLN-Zero, Peebles and Xie 2023).</summary>
internal static class GatedResidual
{
    /// <summary>x + gate (hidden Wᵀ + bias); on a CPU the bias rides with the gate in a kernel of our own.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="gate">Gate, (B, 1, D).</param>
    /// <param name="hidden">What the layer takes, (B, N, H).</param>
    /// <param name="layer">From H to D.</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor x, Tensor gate, Tensor hidden, Linear layer)
    {
        using var scope = NewDisposeScope();
        var result = Rows.Takes(x)
            ? Apply(x, gate, TokenProduct.Apply(hidden, layer.weight), layer.bias!)
            : x.PlusProduct(gate, layer.call(hidden));
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>x + gate (y + bias), for rows that <see cref="Rows.Takes(Tensor)"/> accepts.</summary>
    internal static Tensor Apply(Tensor x, Tensor gate, Tensor y, Tensor bias)
    {
        using var scope = NewDisposeScope();
        gate = gate.contiguous();
        var result = is_grad_enabled() && (x.requires_grad || gate.requires_grad || y.requires_grad || bias.requires_grad)
            ? Differentiable.apply(x, gate, y, bias)
            : GateKernel.Forward(x, gate, y, bias);
        return result.MoveToOuterDisposeScope();
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(GatedResidual);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            var (x, gate, y, bias) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2], (Tensor)inputs[3]);
            context.save_for_backward([gate, y, bias]);
            return GateKernel.Forward(x, gate, y, bias);
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            var saved = context.get_saved_variables();
            var whole = gradient.contiguous();
            var (gate, y, bias) = GateKernel.Backward(saved[0], saved[1], saved[2], whole);
            foreach (var tensor in saved) tensor.Dispose();
            return [whole, gate, y, bias];
        }
    }
}
