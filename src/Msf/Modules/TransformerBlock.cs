using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// Transformer block with adaLN-Zero conditioning (Peebles and Xie 2023, section 3.2): it starts as the identity. By default that of DiT
/// and SiT, with their keys.
/// </summary>
public sealed class TransformerBlock : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "norm1")] private readonly RmsNorm? _norm1;
    [ComponentName(Name = "attn")] private readonly SelfAttention _attention;
    [ComponentName(Name = "norm2")] private readonly RmsNorm? _norm2;
    [ComponentName(Name = "mlp")] private readonly Module<Tensor, Tensor> _mlp;
    [ComponentName(Name = "adaLN_modulation")] private readonly Sequential _modulation;

    /// <summary>Creates the block.</summary>
    /// <param name="width">Width D of the tokens.</param>
    /// <param name="heads">Number of attention heads h; divides D.</param>
    /// <param name="mlpRatio">Hidden width of the perceptron over D.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    /// <param name="options">What the block is made of; DiT's block when null.</param>
    /// <param name="rotary">Positions for <see cref="PositionKind.Rotary"/>, shared by all blocks of a network and disposed by it.</param>
    public TransformerBlock(
        int width, int heads, double mlpRatio, Device? device = null, BlockOptions? options = null, RotaryPositions? rotary = null)
        : base(nameof(TransformerBlock))
    {
        options ??= new BlockOptions();
        var hidden = (int)(width * mlpRatio);
        if (options.Normalization == NormalizationKind.RmsNorm) (_norm1, _norm2) = (new RmsNorm(width, device), new RmsNorm(width, device));
        _attention = new SelfAttention(width, heads, device, options.QueryKeyNormalization, rotary);
        _mlp = options.Perceptron == PerceptronKind.SwiGlu
            ? new SwiGluMlp(width, SwiGluMlp.HiddenWidth(hidden), device)
            : new Mlp(width, hidden, device);
        _modulation = Sequential(("0", SiLU()), ("1", Initialization.ZeroLinear(width, 6 * width, device)));
        RegisterComponents();
    }

    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="c">Conditioning vectors, (B', D) with B' at least B; rows beyond B are padding.</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x, Tensor c) => ForwardWith(x, c, rotary: null);

    /// <summary>The block on a grid that need not be the one it was made for.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="c">Conditioning vectors, (B', D) with B' at least B; rows beyond B are padding.</param>
    /// <param name="rotary">Positions on the grid for <see cref="PositionKind.Rotary"/>; null takes those that the block was made with.</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    internal Tensor ForwardWith(Tensor x, Tensor c, RotaryPositions? rotary)
    {
        using var scope = NewDisposeScope();
        var modulation = _modulation.call(c).narrow(0, 0, x.shape[0]).unsqueeze(1).chunk(6, dim: -1);  // 6 x (B, 1, D)
        return Modulated(x, modulation, rotary).MoveToOuterDisposeScope();
    }

    /// <summary>From SiLU of the conditioning vectors, (B', D), to shifts, scales and gates, (B', 6 D).</summary>
    internal Linear ModulationLayer => (Linear)_modulation[1];

    /// <summary>The block with shifts, scales and gates that are known.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="m">Shift, scale and gate of the attention and of the perceptron, 6 x (B, 1, D).</param>
    /// <param name="rotary">Positions on the grid for <see cref="PositionKind.Rotary"/>; null takes those that the block was made with.</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    internal Tensor Modulated(Tensor x, Tensor[] m, RotaryPositions? rotary)
    {
        using var scope = NewDisposeScope();
        var (shiftA, scaleA, gateA, shiftM, scaleM, gateM) = (m[0], m[1], m[2], m[3], m[4], m[5]);
        var attended = GatedResidual.Apply(x, gateA, _attention.Hidden(Modulate(_norm1, x, shiftA, scaleA), rotary), _attention.Output);
        var perceptron = (IResidualLayer)_mlp;
        var y = GatedResidual.Apply(attended, gateM, perceptron.Hidden(Modulate(_norm2, attended, shiftM, scaleM)), perceptron.Output);
        return y.MoveToOuterDisposeScope();                                                   // (B, N, D)
    }

    private static Tensor Modulate(RmsNorm? norm, Tensor x, Tensor shift, Tensor scale) =>
        norm is null ? AdaptiveLayerNorm.Apply(x, shift, scale) : norm.Modulate(x, shift, scale);
}
