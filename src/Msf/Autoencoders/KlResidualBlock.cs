using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>Two normalised convolutions beside a shortcut (Rombach et al. 2022; keys <c>norm1 conv1 norm2 conv2 nin_shortcut</c>).</summary>
internal sealed class KlResidualBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")] private readonly GroupNormalization _norm1;
    [ComponentName(Name = "conv1")] private readonly ImageConvolution _convolution1;
    [ComponentName(Name = "norm2")] private readonly GroupNormalization _norm2;
    [ComponentName(Name = "conv2")] private readonly ImageConvolution _convolution2;
    [ComponentName(Name = "nin_shortcut")] private readonly PointwiseConvolution? _shortcut;

    internal KlResidualBlock(KlConfig config, int inputs, int outputs, Device? device) : base(nameof(KlResidualBlock))
    {
        _norm1 = new GroupNormalization(config.Groups, inputs, config.Epsilon, device: device);
        _convolution1 = new ImageConvolution(inputs, outputs, device: device);
        _norm2 = new GroupNormalization(config.Groups, outputs, config.Epsilon, device: device);
        _convolution2 = new ImageConvolution(outputs, outputs, device: device);
        _shortcut = inputs == outputs ? null : new PointwiseConvolution(inputs, outputs, device);
        RegisterComponents();
    }

    /// <param name="x">(B, C_in, H, W).</param>
    /// <returns>(B, C_out, H, W), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var inner = Convolve(_norm1, _convolution1, x);
        using var outer = Convolve(_norm2, _convolution2, inner);
        using var shortcut = _shortcut?.call(x);
        return outer.Plus(shortcut ?? x);
    }

    /// <summary>Normalisation, SiLU and convolution; nothing between them outlives the call.</summary>
    internal static Tensor Convolve(GroupNormalization norm, ImageConvolution convolution, Tensor x)
    {
        using var normalized = norm.call(x);
        using var active = functional.silu(normalized);
        return convolution.call(active);
    }
}
