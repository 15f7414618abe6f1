using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>Attention of every pixel to every other with one head, beside a shortcut (Rombach et al. 2022; keys <c>norm q k v proj_out</c>).</summary>
internal sealed class KlAttentionBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm")] private readonly GroupNormalization _norm;
    [ComponentName(Name = "q")] private readonly PointwiseConvolution _query;
    [ComponentName(Name = "k")] private readonly PointwiseConvolution _key;
    [ComponentName(Name = "v")] private readonly PointwiseConvolution _value;
    [ComponentName(Name = "proj_out")] private readonly PointwiseConvolution _output;

    internal KlAttentionBlock(KlConfig config, int width, Device? device) : base(nameof(KlAttentionBlock))
    {
        _norm = new GroupNormalization(config.Groups, width, config.Epsilon, device: device);
        (_query, _key) = (new PointwiseConvolution(width, width, device), new PointwiseConvolution(width, width, device));
        (_value, _output) = (new PointwiseConvolution(width, width, device), new PointwiseConvolution(width, width, device));
        RegisterComponents();
    }

    /// <param name="x">(B, C, H, W).</param>
    /// <returns>The same shape, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (b, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var pixels = _norm.call(x).permute(0, 2, 3, 1).reshape(b, 1, h * w, c);               // (B, 1, N, C)
        // Scores are never kept whole: N is 16,384 for a latent of 128 x 128.
        var mixed = functional.scaled_dot_product_attention(_query.OnPixels(pixels), _key.OnPixels(pixels), _value.OnPixels(pixels));
        var image = _output.OnPixels(mixed).view(b, h, w, c).permute(0, 3, 1, 2);             // (B, C, H, W)
        return x.Plus(image).MoveToOuterDisposeScope();
    }
}
