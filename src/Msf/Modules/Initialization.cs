using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>What layers start with: linear ones with the initial weights of DiT (Peebles and Xie 2023, official code), and parameters of their own.</summary>
internal static class Initialization
{
    /// <summary>A parameter that lives as long as its layer, in whatever dispose scope that is created; those of libtorch's own layers do too.</summary>
    /// <param name="value">Its initial value, which is taken over.</param>
    /// <param name="learned">Whether it is to be trained.</param>
    public static Parameter Lasting(Tensor value, bool learned = true)
    {
        var parameter = Parameter(value, learned);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

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
