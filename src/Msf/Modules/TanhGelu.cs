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
        if (!GeluKernel.Takes(x)) return functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh);
        return is_grad_enabled() && x.requires_grad ? Differentiable.apply(x) : GeluKernel.Forward(x);
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
