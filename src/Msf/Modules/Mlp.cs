using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Two-layer perceptron with tanh-approximated GELU (Peebles and Xie 2023; keys <c>fc1</c>, <c>fc2</c> as in timm).</summary>
public sealed class Mlp : Module<Tensor, Tensor>, IResidualLayer
{
    [ComponentName(Name = "fc1")] private readonly Linear _fc1;
    [ComponentName(Name = "fc2")] private readonly Linear _fc2;

    /// <summary>Creates the layer with Xavier-uniform weights and zero biases, as DiT does.</summary>
    /// <param name="width">Width D of the tokens.</param>
    /// <param name="hidden">Width of the hidden layer.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public Mlp(int width, int hidden, Device? device = null) : base(nameof(Mlp))
    {
        _fc1 = Initialization.XavierLinear(width, hidden, device);
        _fc2 = Initialization.XavierLinear(hidden, width, device);
        RegisterComponents();
    }

    /// <summary>What the second layer takes.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <returns>(B, N, hidden), owned by the caller's dispose scope.</returns>
    public Tensor Hidden(Tensor x) => TanhGelu.Apply(x, _fc1);

    /// <summary>The second layer.</summary>
    public Linear Output => _fc2;

    /// <param name="x">Tokens, (B, N, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var hidden = Hidden(x);
        return _fc2.call(hidden);                                                             // (B, N, D)
    }
}
