using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// Multi-head self-attention (Vaswani et al. 2017; keys <c>qkv</c>, <c>proj</c>, <c>q_norm</c>, <c>k_norm</c> as in timm), on request with
/// normalised queries and keys (Henry et al. 2020) and rotary positions (Su et al. 2021), in that order.
/// </summary>
public sealed class SelfAttention : Module<Tensor, Tensor>
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

    /// <param name="x">Tokens, (B, N, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (b, n, d) = (x.shape[0], x.shape[1], x.shape[2]);
        var headSize = d / _heads;
        var qkv = _qkv.call(x).reshape(b, n, 3, _heads, headSize)                             // (B, N, 3, h, d)
            .permute(2, 0, 3, 1, 4).reshape(3, b * _heads, n, headSize);                      // (3, B h, N, d)
        // Two batched products and a softmax: on a CPU over twice as fast in bfloat16 as the fused attention kernel.
        var (queries, keys, values) = Parts(qkv);
        var scores = bmm(queries.Times(1 / Math.Sqrt(headSize)), keys.transpose(1, 2));       // (B h, N, N)
        var mixed = bmm(scores.softmax(-1), values)                                           // (B h, N, d)
            .reshape(b, _heads, n, headSize).transpose(1, 2).reshape(b, n, d);                // (B, N, D)
        return _proj.call(mixed).MoveToOuterDisposeScope();                                   // (B, N, D)
    }

    // Parted by unbind or split, whose gradient is one copy; that of an index is a whole tensor of zeros, added up.
    private (Tensor Queries, Tensor Keys, Tensor Values) Parts(Tensor qkv)
    {
        if (_queryNorm is null && _rotary is null)
        {
            var parts = qkv.unbind(0);                                                        // 3 x (B h, N, d)
            return (parts[0], parts[1], parts[2]);
        }
        var split = qkv.split([2, 1]);
        var both = split[0];                                                                  // (2, B h, N, d)
        if (_queryNorm is not null)
            both = RmsNorm.Normalize(both).mul(stack([_queryNorm.Weight, _keyNorm!.Weight]).unsqueeze(1).unsqueeze(1));
        if (_rotary is not null) both = _rotary.Rotate(both);
        var turned = both.unbind(0);
        return (turned[0], turned[1], split[1].squeeze(0));
    }
}
