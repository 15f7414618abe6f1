using Msf.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>
/// Shifts, scales and gates of a whole network for a whole batch (adaLN, Peebles and Xie 2023). Their weights, a third of a network, meet one row an image: such
/// a product lasts as long as reading them, so it is made once for the batch and not again for every share of it.
/// </summary>
internal sealed class Modulations
{
    private readonly Linear[] _layers;
    private readonly Tensor[] _values;                                                        // of every layer, (6 or 2, B, 1, D)

    /// <summary>Computes them, every thread for some of the layers, without gradients.</summary>
    /// <param name="network">The network.</param>
    /// <param name="activated">SiLU of the conditioning vectors, (B', D); rows beyond the batch are padding.</param>
    /// <param name="batch">Number of images B.</param>
    /// <param name="threads">How many threads take part, at most <see cref="ThreadTeam.Threads"/>.</param>
    internal Modulations(DiffusionTransformer network, Tensor activated, long batch, int threads)
    {
        _layers = [.. network.ModulationLayers];
        _values = [.. _layers.Select(layer => empty([layer.bias!.shape[0] / activated.shape[1], batch, 1, activated.shape[1]], activated.dtype, activated.device))];
        EachLayer(threads, (layer, i, _) =>
        {
            using var inference = inference_mode();
            _values[i].copy_(layer.call(activated).narrow(0, 0, batch).view(batch, _values[i].shape[0], 1, -1).transpose(0, 1));
        });
    }

    /// <summary>The modulations of every layer: 6 of a block, (6, B, 1, D), and 2 of the last layer, (2, B, 1, D).</summary>
    internal IReadOnlyList<Tensor> Values => _values;

    /// <summary>Those of one layer for some of the images.</summary>
    /// <param name="layer">A block's number, or the number of blocks for the last layer.</param>
    /// <param name="start">First image.</param>
    /// <param name="count">Number of images b.</param>
    /// <returns>(6 or 2, b, 1, D), each of the 6 or 2 contiguous, owned by the caller's dispose scope.</returns>
    internal Tensor Of(int layer, long start, long count) => _values[layer].narrow(1, start, count);

    /// <summary>Calls a function for every layer, on several threads. Tensors that are to last are made before: none changes threads.</summary>
    /// <param name="threads">How many threads take part, at most <see cref="ThreadTeam.Threads"/>.</param>
    /// <param name="body">Takes the layer, its number, and the number of the thread; in a dispose scope, with gradients on.</param>
    internal void EachLayer(int threads, Action<Linear, int, int> body) => ThreadTeam.Apart(threads, thread =>
    {
        for (var i = _layers.Length * thread / threads; i < _layers.Length * (thread + 1) / threads; i++)
        {
            using var scope = NewDisposeScope();
            body(_layers[i], i, thread);
        }
    });
}
