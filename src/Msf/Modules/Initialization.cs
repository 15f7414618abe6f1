using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Linear layers with the initial weights of DiT (Peebles and Xie 2023, official code).</summary>
internal static class Initialization
{
    /// <summary>A linear layer with Xavier-uniform weights and zero bias.</summary>
    public static Linear XavierLinear(int inputs, int outputs, Device? device)
    {
        var linear = Linear(inputs, outputs, device: device);
        init.xavier_uniform_(linear.weight);
        init.zeros_(linear.bias!);
        return linear;
    }

    /// <summary>A linear layer with zero weights and bias: adaLN-Zero's modulations and the output projection.</summary>
    public static Linear ZeroLinear(int inputs, int outputs, Device? device)
    {
        var linear = Linear(inputs, outputs, device: device);
        init.zeros_(linear.weight);
        init.zeros_(linear.bias!);
        return linear;
    }
}
