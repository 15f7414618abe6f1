using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// The gradient of a batch. Where it pays, every thread takes a share of the images through the network by itself, forward and back, with the same
/// weights and a gradient of its own (<see cref="BatchShares"/>); the shares are summed in their order, so a run repeats bit for bit on the same number of threads.
/// </summary>
internal sealed class BatchGradient : IDisposable
{
    private readonly StageLoss _loss;
    private readonly int _parts;
    private readonly bool _recompute;
    private readonly List<DiffusionTransformer> _networks;                                    // the network, and its twins
    private readonly GradientSum _sum;

    /// <summary>Prepares for the batches of a stage.</summary>
    /// <param name="network">In its compute type, on its device, in training mode; not disposed here.</param>
    /// <param name="groups">Its parameters, group after group, which the network computes with already.</param>
    /// <param name="loss">The loss of the stage.</param>
    /// <param name="config">Batch size, parts, recomputation.</param>
    internal BatchGradient(DiffusionTransformer network, IReadOnlyList<ParameterGroup> groups, StageLoss loss, TrainingConfig config)
    {
        (_loss, _parts, _recompute) = (loss, config.Accumulate, config.RecomputeBlocks);
        _networks = [network];
        var shares = BatchShares.OfTraining((config.BatchSize + _parts - 1) / _parts, network.Device, network.Type);
        while (_networks.Count < shares) _networks.Add(NetworkMemory.Twin(network));
        _sum = new GradientSum(_networks.Select(each => groups.SelectMany(group => group.Of(each).Parameters)));
        // Parts are summed in float32 whatever the network computes in, so that none is rounded away.
        Value = zeros(groups.Sum(group => group.Length), _parts > 1 ? ScalarType.Float32 : network.Type, network.Device).DetachFromDisposeScope();
    }

    /// <summary>The gradient of the last batch, (P), group after group, float32 or the compute type.</summary>
    internal Tensor Value { get; }

    /// <summary>Goes forward and back.</summary>
    /// <param name="draw">The batch.</param>
    /// <param name="losses">Receives every image's loss.</param>
    /// <returns>The Euclidean norm of the gradient; not finite where an element is not.</returns>
    internal double Compute(StageDraw draw, LossByTime losses)
    {
        double norm = 0;
        var add = false;
        foreach (var part in draw.Split(_parts))
        {
            using var scope = NewDisposeScope();
            var shares = part.Split(_networks.Count).ToArray();
            var perImage = empty(part.Count, ScalarType.Float32, part.Data.device);           // made here: no tensor changes threads
            var starts = shares.Select((_, i) => shares.Take(i).Sum(share => share.Count)).ToArray();
            try
            {
                var shared = shares.Length > 1 ? new SharedModulations(_networks[0], part, shares.Length) : null;
                ThreadTeam.Apart(shares.Length, i => Differentiate(i, shares[i], shares[i].Count / (double)draw.Count, shared, perImage, starts[i]));
                shared?.Backward();
                norm = _sum.Into(Value, add);
            }
            finally
            {
                _sum.Clear();
            }
            losses.Add(perImage, part.Time);
            add = true;
        }
        return norm;
    }

    private void Differentiate(int share, StageDraw draw, double weight, SharedModulations? shared, Tensor perImage, long start)
    {
        using var scope = NewDisposeScope();
        var network = _networks[share];
        using var recomputation = _recompute ? new BlockRecomputation(network) : null;
        var leaves = shared?.Leaves(start, draw.Count);
        var result = _loss.Compute((x, t, labels, condition, time) => (leaves, recomputation) switch
        {
            (null, null) => network.Forward(x, t, labels, condition, time, draw.Augmentation),
            (null, _) => recomputation.Forward(x, t, labels, condition, time, draw.Augmentation),
            (_, null) => network.Modulated(x, condition, network.Place(x), layer => leaves[layer].unbind(0)),
            _ => recomputation.Forward(x, condition, leaves),
        }, draw);
        var loss = weight < 1 ? result.Loss.Times(weight) : result.Loss;
        loss.backward();
        recomputation?.Backward();
        if (leaves is not null) shared!.Take(leaves, start);
        using var noGrad = no_grad();
        perImage.narrow(0, start, draw.Count).copy_(result.PerImage);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Value.Dispose();
        foreach (var twin in _networks.Skip(1)) twin.Dispose();
    }
}
