using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>The middle of encoder and decoder: block, attention, block (keys <c>block_1 attn_1 block_2</c>).</summary>
internal sealed class KlMiddle : Module<Tensor, Tensor>
{
    [ComponentName(Name = "block_1")] private readonly KlResidualBlock _first;
    [ComponentName(Name = "attn_1")] private readonly KlAttentionBlock _attention;
    [ComponentName(Name = "block_2")] private readonly KlResidualBlock _second;

    internal KlMiddle(KlConfig config, int width, Device? device) : base(nameof(KlMiddle))
    {
        _first = new KlResidualBlock(config, width, width, device);
        _attention = new KlAttentionBlock(config, width, device);
        _second = new KlResidualBlock(config, width, width, device);
        RegisterComponents();
    }

    /// <param name="x">(B, C, H, W).</param>
    /// <returns>The same shape, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var first = _first.call(x);
        using var mixed = _attention.call(first);
        return _second.call(mixed);
    }
}
