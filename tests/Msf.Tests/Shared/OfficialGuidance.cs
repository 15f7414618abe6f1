using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>
/// What the official DiT and SiT call forward_with_cfg, spelled with this library: the first half of the batch runs with its classes and
/// again with the null class; three channels are guided, the others of each half pass unguided.
/// </summary>
internal static class OfficialGuidance
{
    public const double Scale = 2.5;
    private const long GuidedChannels = 3;

    /// <param name="network">The network.</param>
    /// <param name="x">States, (2 B, C, H, W), of which the second half is not looked at.</param>
    /// <param name="t">Times, (2 B).</param>
    /// <param name="labels">Classes, then null classes, (2 B).</param>
    /// <param name="channels">How many output channels to keep: a learned variance comes after them.</param>
    public static Tensor Forward(DiffusionTransformer network, Tensor x, Tensor t, Tensor labels, long channels)
    {
        using var scope = NewDisposeScope();
        var half = x.shape[0] / 2;
        var first = x.narrow(0, 0, half);
        var output = network.Forward(cat([first, first]), t, labels).narrow(1, 0, channels);  // (2 B, C, H, W)
        var (conditional, unconditional) = (output.narrow(0, 0, half), output.narrow(0, half, half));
        var guided = ClassifierFreeGuidance.Combine(conditional, unconditional, Scale, GuidedChannels);
        var second = cat([guided.narrow(1, 0, GuidedChannels), unconditional.narrow(1, GuidedChannels, channels - GuidedChannels)], dim: 1);
        return cat([guided, second]).MoveToOuterDisposeScope();
    }

    /// <summary>The velocity field of a guided SiT at fixed labels, (2 B).</summary>
    public static VelocityField Field(DiffusionTransformer network, Tensor labels) => Solve.Field((x, t) =>
    {
        using var scope = NewDisposeScope();
        return Forward(network, x, full(x.shape[0], t), labels, x.shape[1]).MoveToOuterDisposeScope();
    });
}
