using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>A convolution of size 1 (keys and shapes of Conv2d), computed as a product over the pixels.</summary>
/// <remarks>
/// Not by the convolution: that of libtorch 2.10 is wrong in float32 with channels last for some numbers of output channels, 40 among them (decision 0022).
/// </remarks>
public sealed class PointwiseConvolution : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;

    /// <summary>Creates the layer with PyTorch's initial weights, out of libtorch's global generator.</summary>
    /// <param name="inputs">Channels that come in.</param>
    /// <param name="outputs">Channels that go out.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    /// <param name="bias">Whether there is a bias; default true.</param>
    public PointwiseConvolution(int inputs, int outputs, Device? device = null, bool bias = true) : base(nameof(PointwiseConvolution))
    {
        _weight = Initialization.Lasting(empty([outputs, inputs, 1, 1], device: device));
        var bound = 1 / Math.Sqrt(inputs);                                                    // of Conv2d: Kaiming-uniform with a = √5
        init.uniform_(_weight, -bound, bound);
        if (bias)
        {
            _bias = Initialization.Lasting(empty(outputs, device: device));
            init.uniform_(_bias, -bound, bound);
        }
        RegisterComponents();
    }

    /// <summary>The product alone.</summary>
    /// <param name="pixels">(..., C_in).</param>
    /// <returns>(..., C_out), owned by the caller's dispose scope.</returns>
    public Tensor OnPixels(Tensor pixels)
    {
        using var flat = _weight.flatten(1);
        return functional.linear(pixels, flat, _bias);
    }

    /// <param name="x">(B, C_in, H, W).</param>
    /// <returns>(B, C_out, H, W), channels last in memory, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return OnPixels(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
