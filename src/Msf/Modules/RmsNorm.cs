using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Root mean square normalisation with one learned weight a channel (Zhang and Sennrich 2019; key <c>weight</c>).</summary>
public sealed class RmsNorm : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-6;

    [ComponentName(Name = "weight")] private readonly Parameter _weight;

    /// <summary>Creates the layer with weights of 1.</summary>
    /// <param name="width">Number of channels D, the last dimension of what is normalised.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public RmsNorm(int width, Device? device = null) : base(nameof(RmsNorm))
    {
        _weight = Initialization.Lasting(ones(width, device: device));
        RegisterComponents();
    }

    /// <summary>The weights, (D).</summary>
    public Tensor Weight => _weight;

    /// <summary>x / √(mean(x²) + ε) over the last dimension, without weights.</summary>
    /// <param name="x">Values, (..., D), floating point.</param>
    /// <returns>The same shape and type, owned by the caller's dispose scope.</returns>
    public static Tensor Normalize(Tensor x)
    {
        using var scope = NewDisposeScope();
        // The norm's kernel sums in float32 whatever the type, and autograd keeps x alone for it, no square of x.
        var norm = x.norm(-1, keepdim: true).to_type(promote_types(x.dtype, ScalarType.Float32));  // (..., 1)
        var inverse = norm.Squared().Times(1.0 / x.shape[^1]).Plus(Epsilon).rsqrt();
        return x.mul(inverse.to_type(x.dtype)).MoveToOuterDisposeScope();
    }

    /// <param name="x">Values, (..., D).</param>
    /// <returns>Normalised and weighted values of the same shape, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Normalize(x).mul(_weight).MoveToOuterDisposeScope();
    }

    /// <summary>Normalises, weights, scales and shifts: the place of layer norm in adaLN (Peebles and Xie 2023), forward(x) (1 + scale) + shift.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="shift">Shift, (B, 1, D).</param>
    /// <param name="scale">Scale, (B, 1, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public Tensor Modulate(Tensor x, Tensor shift, Tensor scale)
    {
        using var scope = NewDisposeScope();
        return shift.PlusProduct(Normalize(x), scale.Plus(1).mul(_weight)).MoveToOuterDisposeScope();
    }
}
