using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Group normalisation (Wu and He 2018) with the keys of PyTorch's, always computed with channels first in memory.</summary>
/// <remarks>
/// Not TorchSharp's layer: that of 0.107 leaves weights and biases as the memory was. And not in any layout: libtorch 2.10 takes ten times as long for the gradient where
/// channels come last, more than it costs to turn the image round.
/// </remarks>
public sealed class GroupNormalization : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    private readonly long _groups;
    private readonly double _epsilon;

    /// <summary>Creates a layer with weights 1 and biases 0.</summary>
    /// <param name="groups">Groups, a divisor of the channels.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="epsilon">ε beside the variance.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public GroupNormalization(long groups, long channels, double epsilon = 1e-5, Device? device = null) : base(nameof(GroupNormalization))
    {
        (_groups, _epsilon) = (groups, epsilon);
        _weight = Initialization.Lasting(ones(channels, device: device));
        _bias = Initialization.Lasting(zeros(channels, device: device));
        RegisterComponents();
    }

    /// <param name="x">(B, C, H, W), in any layout.</param>
    /// <returns>The same shape, channels first in memory, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        if (x.is_contiguous()) return functional.group_norm(x, _groups, _weight, _bias, _epsilon);
        using var planes = x.contiguous();
        return functional.group_norm(planes, _groups, _weight, _bias, _epsilon);
    }
}
