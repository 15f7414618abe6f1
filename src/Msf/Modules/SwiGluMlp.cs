using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// Gated perceptron w3(silu(a) b) with (a, b) = w12(x) (SwiGLU, Shazeer 2020; keys <c>w12</c>, <c>w3</c> as in LightningDiT).
/// </summary>
public sealed class SwiGluMlp : Module<Tensor, Tensor>, IResidualLayer
{
    private const int Tile = 16;

    [ComponentName(Name = "w12")] private readonly Linear _gateAndValue;
    [ComponentName(Name = "w3")] private readonly Linear _output;

    /// <summary>Creates the layer with Xavier-uniform weights and zero biases.</summary>
    /// <param name="width">Width D of the tokens.</param>
    /// <param name="hidden">Width of gate and value each.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public SwiGluMlp(int width, int hidden, Device? device = null) : base(nameof(SwiGluMlp))
    {
        _gateAndValue = Initialization.XavierLinear(width, 2 * hidden, device);
        _output = Initialization.XavierLinear(hidden, width, device);
        RegisterComponents();
    }

    /// <summary>Two thirds of the hidden width of a perceptron of two layers, which makes the three cost the same, to the nearest multiple of 16.</summary>
    /// <param name="hidden">Hidden width of the perceptron of two layers.</param>
    /// <returns>At least 16; 3072 for 4608, as LightningDiT-XL.</returns>
    public static int HiddenWidth(int hidden) => Math.Max(1, (int)Math.Round(2.0 * hidden / (3 * Tile), MidpointRounding.AwayFromZero)) * Tile;

    /// <summary>What the last layer takes.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <returns>(B, N, hidden), owned by the caller's dispose scope.</returns>
    public Tensor Hidden(Tensor x) => GatedUnit.Apply(x, _gateAndValue);

    /// <summary>The last layer.</summary>
    public Linear Output => _output;

    /// <param name="x">Tokens, (B, N, D).</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var hidden = Hidden(x);
        return _output.call(hidden);                                                          // (B, N, D)
    }
}
