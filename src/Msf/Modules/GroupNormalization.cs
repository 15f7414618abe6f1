using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Group normalisation (Wu and He 2018) that starts as one: TorchSharp's layer leaves its weights as the memory was.</summary>
internal static class GroupNormalization
{
    /// <summary>A layer with weights of 1 and biases of 0.</summary>
    /// <param name="groups">Number of groups; divides the channels.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="epsilon">ε; default 1e-5.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    internal static GroupNorm Create(int groups, int channels, double epsilon = 1e-5, Device? device = null)
    {
        var norm = GroupNorm(groups, channels, epsilon, device: device);
        init.ones_(norm.weight!);
        init.zeros_(norm.bias!);
        return norm;
    }
}
