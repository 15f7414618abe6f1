using Msf.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>3 tanh(x / 3): keeps the latents that a tiny decoder sees in (-3, 3) (madebyollin/taesd).</summary>
internal sealed class LatentBound() : Module<Tensor, Tensor>(nameof(LatentBound))
{
    private const double Limit = 3;

    /// <param name="x">Latents, any shape.</param>
    /// <returns>The same shape, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.Times(1 / Limit).tanh().Times(Limit).MoveToOuterDisposeScope();
    }
}
