using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>Networks that compute with the same numbers in the same memory, each with gradients of its own. The memory lives as long as one of them.</summary>
internal static class NetworkMemory
{
    /// <summary>Lays parameters of a network into the memory of another's; their values are lost.</summary>
    /// <param name="from">The network that keeps its values.</param>
    /// <param name="to">The other, of the same type and on the same device.</param>
    /// <param name="holds">Which parameters, by name; those have one shape in both.</param>
    internal static void Share(DiffusionTransformer from, DiffusionTransformer to, Func<string, bool> holds)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var parameters = from.named_parameters().Where(pair => holds(pair.name)).ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var (name, parameter) in to.named_parameters())
            if (parameters.TryGetValue(name, out var shared)) parameter.set_(shared.detach());
    }

    /// <summary>Another network that computes with the same weights.</summary>
    /// <param name="network">The network.</param>
    /// <returns>In training mode; owned by the caller.</returns>
    internal static DiffusionTransformer Twin(DiffusionTransformer network)
    {
        using var state = random.get_rng_state();                                             // initial weights are drawn, and forgotten
        var twin = new DiffusionTransformer(network.Config);
        random.set_rng_state(state);
        twin.PositionScaling = network.PositionScaling;
        twin.to(network.Type);
        twin.to(network.Device);
        Share(network, twin, _ => true);
        return twin;
    }
}
