using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Tells blocks that several stages share which of them they work for: one learned vector, added to the conditioning vectors (key <c>weight</c>).</summary>
public sealed class StageEmbedder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;

    /// <summary>Creates the vector with a standard deviation of 0.02, as the classes have: no two stages start the same.</summary>
    /// <param name="width">Width D of the conditioning vectors.</param>
    /// <param name="device">Where to create the parameter; the CPU when null.</param>
    public StageEmbedder(int width, Device? device = null) : base(nameof(StageEmbedder))
    {
        _weight = Initialization.Lasting(empty(width, device: device));
        init.normal_(_weight, 0, 0.02);
        RegisterComponents();
    }

    /// <param name="c">Conditioning vectors, (B, D), of the type of the parameter.</param>
    /// <returns>The vectors with that of the stage added, (B, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor c) => c.Plus(_weight);
}
