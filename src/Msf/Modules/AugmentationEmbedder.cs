using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// Tells a network how an image was augmented: a linear map without bias into the conditioning vector, so that labels of zero add nothing
/// (Karras et al. 2022, section 5 and appendix F.2; key <c>weight</c>). Weights start at zero, as in the ADM variant of their code.
/// </summary>
public sealed class AugmentationEmbedder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;

    /// <summary>Creates the map.</summary>
    /// <param name="labels">Numbers A of a label.</param>
    /// <param name="width">Width D of the conditioning vector.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public AugmentationEmbedder(int labels, int width, Device? device = null) : base(nameof(AugmentationEmbedder))
    {
        _weight = Initialization.Lasting(zeros(width, labels, device: device));
        RegisterComponents();
    }

    /// <param name="labels">Augmentation labels, (B, A), any floating type.</param>
    /// <returns>What they add to the conditioning vector, in the type of the parameters, (B, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor labels)
    {
        using var scope = NewDisposeScope();
        return functional.linear(labels.to_type(_weight.dtype), _weight).MoveToOuterDisposeScope();
    }
}
