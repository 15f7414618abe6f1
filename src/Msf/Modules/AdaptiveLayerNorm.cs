using Msf.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Layer normalisation whose shift and scale come from the conditioning vector (adaLN, Peebles and Xie 2023).</summary>
internal static class AdaptiveLayerNorm
{
    private const double Epsilon = 1e-6;

    /// <summary>LayerNorm(x) (1 + scale) + shift, without learned affine parameters.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="shift">Shift, (B, 1, D).</param>
    /// <param name="scale">Scale, (B, 1, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor x, Tensor shift, Tensor scale)
    {
        using var scope = NewDisposeScope();
        var normalized = functional.layer_norm(x, [x.shape[^1]], eps: Epsilon);
        return shift.PlusProduct(normalized, scale.Plus(1)).MoveToOuterDisposeScope();
    }
}
