using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>Three convolutions beside a shortcut, behind an optional normalised branch (madebyollin/taesd; keys <c>conv</c>, <c>pool</c>).</summary>
internal sealed class TinyBlock : Module<Tensor, Tensor>
{
    private const int PoolGroups = 4;
    private const int PoolExpansion = 4;

    [ComponentName(Name = "conv")] private readonly Sequential _convolutions;
    [ComponentName(Name = "pool")] private readonly Sequential? _pool;

    internal TinyBlock(int width, bool normalization, Device? device) : base(nameof(TinyBlock))
    {
        _convolutions = Sequential(
            ("0", new ImageConvolution(width, width, device: device)), ("1", ReLU()), ("2", new ImageConvolution(width, width, device: device)), ("3", ReLU()),
            ("4", new ImageConvolution(width, width, device: device)));
        if (normalization)
            _pool = Sequential(
                ("0", new PointwiseConvolution(width, PoolExpansion * width, device, bias: false)),
                ("1", new GroupNormalization(PoolGroups, PoolExpansion * width, device: device)),
                ("2", ReLU()),
                ("3", new PointwiseConvolution(PoolExpansion * width, width, device, bias: false)));
        RegisterComponents();
    }

    /// <param name="x">(B, C, H, W).</param>
    /// <returns>The same shape, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var input = _pool is null ? x : x.Plus(_pool.call(x));
        return functional.relu(_convolutions.call(input).Plus(input)).MoveToOuterDisposeScope();
    }
}
