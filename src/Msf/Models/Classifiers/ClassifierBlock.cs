using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Models;

/// <summary>Two normalised convolutions beside the identity, normalisation first (He et al. 2016, "Identity Mappings in Deep Residual Networks").</summary>
internal sealed class ClassifierBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")] private readonly GroupNormalization _norm1;
    [ComponentName(Name = "conv1")] private readonly ImageConvolution _convolution1;
    [ComponentName(Name = "norm2")] private readonly GroupNormalization _norm2;
    [ComponentName(Name = "conv2")] private readonly ImageConvolution _convolution2;

    internal ClassifierBlock(int width, int groups, Device? device) : base(nameof(ClassifierBlock))
    {
        _norm1 = new GroupNormalization(groups, width, device: device);
        _convolution1 = new ImageConvolution(width, width, device: device);
        _norm2 = new GroupNormalization(groups, width, device: device);
        _convolution2 = new ImageConvolution(width, width, device: device);
        RegisterComponents();
    }

    /// <param name="x">(B, C, H, W).</param>
    /// <returns>(B, C, H, W), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var inner = _convolution1.call(functional.silu(_norm1.call(x)));
        return x.Plus(_convolution2.call(functional.silu(_norm2.call(inner)))).MoveToOuterDisposeScope();
    }
}
