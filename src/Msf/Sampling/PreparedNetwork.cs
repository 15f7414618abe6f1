using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A transformer as a stage's network, on the fast path.</summary>
/// <param name="network">The transformer with labels and condition settled; disposed with this.</param>
internal sealed class PreparedNetwork(PreparedTransformer network) : IStageNetwork
{
    /// <inheritdoc/>
    public Tensor WithClass(Tensor x, double t) => network.Forward(x, t);

    /// <inheritdoc/>
    public (Tensor Class, Tensor Null) WithAndWithoutClass(Tensor x, double t) => network.ForwardBoth(x, t);

    /// <inheritdoc/>
    public IStageNetwork OfImages(long first, long count) => new PreparedNetwork(network.OfImages((int)first, (int)count));

    /// <inheritdoc/>
    public void Dispose() => network.Dispose();
}
