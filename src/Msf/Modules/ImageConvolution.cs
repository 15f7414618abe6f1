using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// A convolution over images with the keys, shapes and initial weights of Conv2d; on a CPU always computed with channels last in memory, and with zeros as further channels up to
/// a multiple of 16 on either side.
/// </summary>
/// <remarks>
/// Not a matter of taste: libtorch 2.10's convolutions give wrong values and wrong gradients without a word where channels are no multiple of 16, in float32 mostly with channels
/// first, in bfloat16 in either layout (decision 0022). For size 1 there is <see cref="PointwiseConvolution"/>.
/// </remarks>
public sealed class ImageConvolution : Module<Tensor, Tensor>
{
    private const int Multiple = 16;
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long _furtherInputs, _furtherOutputs;

    /// <summary>Creates the layer with PyTorch's initial weights, out of libtorch's global generator.</summary>
    /// <param name="inputs">Channels that come in.</param>
    /// <param name="outputs">Channels that go out.</param>
    /// <param name="size">Side of the kernel, at least 2; default 3.</param>
    /// <param name="stride">Step between two outputs; default 1.</param>
    /// <param name="padding">Zeros around the image; default 1.</param>
    /// <param name="bias">Whether there is a bias; default true.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public ImageConvolution(int inputs, int outputs, int size = 3, int stride = 1, int padding = 1, bool bias = true, Device? device = null) : base(nameof(ImageConvolution))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        (_stride, _padding) = ([stride, stride], [padding, padding]);
        (_furtherInputs, _furtherOutputs) = (Further(inputs), Further(outputs));
        _weight = Initialization.Lasting(empty([outputs, inputs, size, size], device: device));
        var bound = 1 / Math.Sqrt((double)inputs * size * size);                              // Kaiming-uniform with a = √5
        init.uniform_(_weight, -bound, bound);
        if (bias)
        {
            _bias = Initialization.Lasting(empty(outputs, device: device));
            init.uniform_(_bias, -bound, bound);
        }
        RegisterComponents();
    }

    /// <summary>The weights, (C_out, C_in, size, size).</summary>
    public Tensor Weight => _weight;

    /// <param name="x">(B, C_in, H, W), in any layout.</param>
    /// <returns>(B, C_out, H', W'), channels last in memory, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (x.device_type != TorchSharp.DeviceType.CPU) return functional.conv2d(x, _weight, _bias, _stride, _padding).MoveToOuterDisposeScope();
        if (_furtherInputs > 0) x = functional.pad(x, [0L, 0, 0, 0, 0, _furtherInputs]);
        Tensor weight = _weight;
        if (_furtherInputs + _furtherOutputs > 0) weight = functional.pad(weight, [0L, 0, 0, 0, 0, _furtherInputs, 0, _furtherOutputs]);
        var bias = _furtherOutputs > 0 && _bias is not null ? functional.pad(_bias, [0L, _furtherOutputs]) : _bias;
        var y = functional.conv2d(ChannelsLast(x), ChannelsLast(weight), bias, _stride, _padding);
        return (_furtherOutputs > 0 ? y.narrow(1, 0, _weight.shape[0]) : y).MoveToOuterDisposeScope();
    }

    private static long Further(int channels) => (Multiple - channels % Multiple) % Multiple;

    /// <summary>The same values with the channels of a pixel side by side in memory.</summary>
    internal static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
