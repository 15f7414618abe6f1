using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Adaptive layer norm, or RMSNorm in its place, and the projection of every token to its patch (Peebles and Xie 2023); it starts at zero.</summary>
public sealed class FinalLayer : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "norm_final")] private readonly RmsNorm? _norm;
    [ComponentName(Name = "linear")] private readonly Linear _linear;
    [ComponentName(Name = "adaLN_modulation")] private readonly Sequential _modulation;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Width D of the tokens.</param>
    /// <param name="patchSize">Side p of a patch.</param>
    /// <param name="channels">Channels of the output.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    /// <param name="normalization">Normalisation of the tokens; default layer norm, as DiT.</param>
    public FinalLayer(
        int width, int patchSize, int channels, Device? device = null, NormalizationKind normalization = NormalizationKind.LayerNorm)
        : base(nameof(FinalLayer))
    {
        _norm = normalization == NormalizationKind.RmsNorm ? new RmsNorm(width, device) : null;
        _linear = Initialization.ZeroLinear(width, patchSize * patchSize * channels, device);
        _modulation = Sequential(("0", SiLU()), ("1", Initialization.ZeroLinear(width, 2 * width, device)));
        RegisterComponents();
    }

    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="c">Conditioning vectors, (B', D) with B' at least B; rows beyond B are padding.</param>
    /// <returns>Patches, (B, N, p p C), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x, Tensor c)
    {
        using var scope = NewDisposeScope();
        var modulation = _modulation.call(c).narrow(0, 0, x.shape[0]).unsqueeze(1).chunk(2, dim: -1);  // 2 x (B, 1, D)
        return Modulated(x, modulation).MoveToOuterDisposeScope();
    }

    /// <summary>From SiLU of the conditioning vectors, (B', D), to shift and scale, (B', 2 D).</summary>
    internal Linear ModulationLayer => (Linear)_modulation[1];

    /// <summary>The layer with a shift and a scale that are known.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="m">Shift and scale, 2 x (B, 1, D).</param>
    /// <returns>Patches, (B, N, p p C), owned by the caller's dispose scope.</returns>
    internal Tensor Modulated(Tensor x, Tensor[] m)
    {
        using var scope = NewDisposeScope();
        var modulated = _norm is null ? AdaptiveLayerNorm.Apply(x, m[0], m[1]) : _norm.Modulate(x, m[0], m[1]);
        return _linear.call(modulated).MoveToOuterDisposeScope();
    }
}
