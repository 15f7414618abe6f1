using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Training;

/// <summary>
/// The way from times and classes to shifts, scales and gates, forward and back, for all shares of a batch at once: its weights are read, and their gradients written,
/// once instead of by every share (<see cref="Modulations"/>).
/// </summary>
internal sealed class SharedModulations
{
    private readonly Tensor _activated;                                                       // (B', D), with the graph of the embedders
    private readonly Modulations _modulations;
    private readonly Tensor[] _gradients;                                                     // of every layer, as its modulations
    private readonly int _threads;

    /// <summary>Goes forward. Must be made and used inside one dispose scope, which owns what it keeps.</summary>
    /// <param name="network">Gradients go to its parameters.</param>
    /// <param name="batch">The whole batch.</param>
    /// <param name="threads">How many threads take part, at most <see cref="ThreadTeam.Threads"/>.</param>
    internal SharedModulations(DiffusionTransformer network, StageDraw batch, int threads)
    {
        _threads = threads;
        _activated = functional.silu(network.Conditioning(batch.Time, batch.Labels, batch.ConditionTime, batch.Augmentation));
        _modulations = new Modulations(network, _activated.detach(), batch.Count, threads);
        _gradients = [.. _modulations.Values.Select(value => empty_like(value))];
    }

    /// <summary>The modulations of a share's images, as leaves of a graph of its own.</summary>
    /// <param name="start">First image.</param>
    /// <param name="count">Number of images b.</param>
    /// <returns>Of every block, (6, b, 1, D), and of the last layer, (2, b, 1, D), owned by the caller's dispose scope.</returns>
    internal Tensor[] Leaves(long start, long count) =>
        [.. Enumerable.Range(0, _gradients.Length).Select(layer => _modulations.Of(layer, start, count).detach().requires_grad_())];

    /// <summary>Takes the gradients that a share's backward pass left at its leaves.</summary>
    /// <param name="leaves">What <see cref="Leaves"/> gave.</param>
    /// <param name="start">First image.</param>
    internal void Take(Tensor[] leaves, long start)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        for (var layer = 0; layer < leaves.Length; layer++)
            _gradients[layer].narrow(1, start, leaves[layer].shape[1]).copy_(leaves[layer].grad!);
    }

    /// <summary>Goes back, when all shares have left their gradients.</summary>
    internal void Backward()
    {
        using var scope = NewDisposeScope();
        var (batch, width) = (_gradients[0].shape[1], _gradients[0].shape[3]);
        using var known = _activated.detach();
        var sums = zeros([_threads, .. _activated.shape], ScalarType.Float32);                // made here: no tensor changes threads
        _modulations.EachLayer(_threads, (layer, i, thread) =>
        {
            using var noGrad = no_grad();
            var gradient = _gradients[i].transpose(0, 1).reshape(batch, -1);                  // (B, 6 D)
            layer.weight.grad = mm(gradient.t(), known.narrow(0, 0, batch));
            layer.bias!.grad = gradient.sum([0]);
            sums[thread].narrow(0, 0, batch).AddInPlace(mm(gradient, layer.weight).to_type(ScalarType.Float32));
        });
        using (no_grad()) sums = sums.sum([0]).to_type(_activated.dtype);
        autograd.backward([_activated], [sums]);
    }
}
