using Msf.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>Halves the size by a convolution of stride 2, or doubles it by repeating pixels and a convolution (key <c>conv</c>).</summary>
internal sealed class KlResampling : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly ImageConvolution _convolution;
    private readonly bool _up;

    internal KlResampling(int width, bool up, Device? device) : base(nameof(KlResampling))
    {
        _up = up;
        _convolution = up ? new ImageConvolution(width, width, device: device) : new ImageConvolution(width, width, stride: 2, padding: 0, device: device);
        RegisterComponents();
    }

    /// <param name="x">(B, C, H, W).</param>
    /// <returns>(B, C, H / 2, W / 2) or (B, C, 2 H, 2 W), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        // One row of zeros below and one column to the right: the official convolution is not symmetric.
        using var prepared = _up ? NearestDoubling.Apply(x) : functional.pad(x, [0L, 1, 0, 1]);
        return _convolution.call(prepared);
    }
}
