using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// Multi-head self-attention (Vaswani et al. 2017; keys <c>qkv</c>, <c>proj</c>, <c>q_norm</c>, <c>k_norm</c> as in timm), on request with
/// normalised queries and keys (Henry et al. 2020) and rotary positions (Su et al. 2021), in that order.
/// </summary>
public sealed class SelfAttention : Module<Tensor, Tensor>, IResidualLayer
{
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "q_norm")] private readonly RmsNorm? _queryNorm;
    [ComponentName(Name = "k_norm")] private readonly RmsNorm? _keyNorm;
    [ComponentName(Name = "proj")] private readonly Linear _proj;
    private readonly RotaryPositions? _rotary;
    private readonly int _heads;

    /// <summary>Creates the layer with Xavier-uniform weights and zero biases, as DiT does.</summary>
    /// <param name="width">Width D of the tokens; divisible by <paramref name="heads"/>.</param>
    /// <param name="heads">Number of heads h.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    /// <param name="queryKeyNormalization">Whether queries and keys are normalised; default false.</param>
    /// <param name="rotary">Positions that turn queries and keys, disposed by their owner; none when null.</param>
    public SelfAttention(
        int width, int heads, Device? device = null, bool queryKeyNormalization = false, RotaryPositions? rotary = null)
        : base(nameof(SelfAttention))
    {
        (_heads, _rotary) = (heads, rotary);
        _qkv = Initialization.XavierLinear(width, 3 * width, device);
        if (queryKeyNormalization) (_queryNorm, _keyNorm) = (new RmsNorm(width / heads, device), new RmsNorm(width / heads, device));
        _proj = Initialization.XavierLinear(width, width, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public Tensor Hidden(Tensor x) => Hidden(x, rotary: null);

    /// <summary>What the heads found, side by side: all but the last projection.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="rotary">Positions on another grid than the layer's own; null takes those.</param>
    /// <returns>(B, N, D), owned by the caller's dispose scope.</returns>
    internal Tensor Hidden(Tensor x, RotaryPositions? rotary)
    {
        using var scope = NewDisposeScope();
        var (queries, keys, values) = Parts(x, rotary ?? _rotary);                    // (B h, N, d)
        return HeadAttention.Apply(queries, keys, values, _heads).MoveToOuterDisposeScope();
    }

    /// <summary>The last projection.</summary>
    public Linear Output => _proj;

    /// <param name="x">Tokens, (B, N, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var mixed = Hidden(x);
        return _proj.call(mixed);                                                             // (B, N, D)
    }

    private (Tensor Queries, Tensor Keys, Tensor Values) Parts(Tensor x, RotaryPositions? rotary)
    {
        if (_queryNorm is null && rotary is null)
        {
            var parts = HeadSplit.Apply(x, _qkv, _heads, 1, 1, 1);                            // 3 x (1, B h, N, d)
            return (parts[0].squeeze(0), parts[1].squeeze(0), parts[2].squeeze(0));
        }
        var split = HeadSplit.Apply(x, _qkv, _heads, 2, 1);
        var both = split[0];                                                                  // (2, B h, N, d)
        if (_queryNorm is not null)
            both = RmsNorm.Normalize(both).mul(stack([_queryNorm.Weight, _keyNorm!.Weight]).unsqueeze(1).unsqueeze(1));
        if (rotary is not null) both = rotary.Rotate(both);
        var turned = both.unbind(0);                                                          // whose gradient is one copy
        return (turned[0], turned[1], split[1].squeeze(0));
    }
}
