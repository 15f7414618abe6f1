using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>Doubles height and width by repeating pixels.</summary>
internal sealed class NearestDoubling() : Module<Tensor, Tensor>(nameof(NearestDoubling))
{
    /// <param name="x">(B, C, H, W).</param>
    /// <returns>(B, C, 2 H, 2 W), owned by the caller's dispose scope.</returns>
    internal static Tensor Apply(Tensor x) => functional.interpolate(x, size: [2 * x.shape[2], 2 * x.shape[3]], mode: InterpolationMode.Nearest);

    /// <inheritdoc cref="Apply"/>
    public override Tensor forward(Tensor x) => Apply(x);
}
