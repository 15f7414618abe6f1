using Msf.Diffusion;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Settles the labels and the condition of a stage's network.</summary>
/// <param name="labels">Class of every image, 0 to K, (B), int64.</param>
/// <param name="nullClass">Index K of the null class.</param>
/// <param name="condition">Noised standardised condition, (B, C, ...), or null for the base.</param>
/// <param name="conditionTime">Noise level of the condition, in [0, 1].</param>
/// <param name="times">Times at which the network will probably run, in order.</param>
/// <returns>The network, disposed by the caller before the arguments.</returns>
internal delegate IStageNetwork StageNetworkFactory(Tensor labels, long nullClass, Tensor? condition, double conditionTime, IReadOnlyList<double> times);

/// <summary>What stages are made of: transformers, or any functions.</summary>
internal static class StageNetworkFactories
{
    /// <summary>A transformer, on the fast path.</summary>
    internal static StageNetworkFactory Of(DiffusionTransformer network) => (labels, _, condition, conditionTime, times) =>
    {
        using var scope = NewDisposeScope();
        return new PreparedNetwork(new PreparedTransformer(network, labels.cpu().data<long>().ToArray(), condition, conditionTime, times));
    };

    /// <summary>A function, called as it is.</summary>
    internal static StageNetworkFactory Of(Denoiser network) => (labels, nullClass, condition, conditionTime, _) =>
        new DenoiserNetwork(network, labels, nullClass, condition, conditionTime);
}
