using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Transformer block with adaLN-Zero conditioning (Peebles and Xie 2023, section 3.2): it starts as the identity.</summary>
public sealed class TransformerBlock : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "attn")] private readonly SelfAttention _attention;
    [ComponentName(Name = "mlp")] private readonly Mlp _mlp;
    [ComponentName(Name = "adaLN_modulation")] private readonly Sequential _modulation;

    /// <summary>Creates the block.</summary>
    /// <param name="width">Width D of the tokens.</param>
    /// <param name="heads">Number of attention heads h; divides D.</param>
    /// <param name="mlpRatio">Hidden width of the perceptron over D.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public TransformerBlock(int width, int heads, double mlpRatio, Device? device = null) : base(nameof(TransformerBlock))
    {
        _attention = new SelfAttention(width, heads, device);
        _mlp = new Mlp(width, (int)(width * mlpRatio), device);
        _modulation = Sequential(("0", SiLU()), ("1", Initialization.ZeroLinear(width, 6 * width, device)));
        RegisterComponents();
    }

    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="c">Conditioning vectors, (B', D) with B' at least B; rows beyond B are padding.</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x, Tensor c)
    {
        using var scope = NewDisposeScope();
        var m = _modulation.call(c).narrow(0, 0, x.shape[0]).unsqueeze(1).chunk(6, dim: -1);  // 6 x (B, 1, D)
        var (shiftA, scaleA, gateA, shiftM, scaleM, gateM) = (m[0], m[1], m[2], m[3], m[4], m[5]);
        var attended = x.PlusProduct(gateA, _attention.call(AdaptiveLayerNorm.Apply(x, shiftA, scaleA)));
        var y = attended.PlusProduct(gateM, _mlp.call(AdaptiveLayerNorm.Apply(attended, shiftM, scaleM)));
        return y.MoveToOuterDisposeScope();                                                   // (B, N, D)
    }
}
