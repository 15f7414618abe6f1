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
    private readonly ParameterBuffer _buffer;                                                 // of the network itself
    private readonly List<DiffusionTransformer> _networks;                                    // the network, and its twins
    private readonly GradientSum _sum;

    /// <summary>Moves the network's parameters into one vector.</summary>
    /// <param name="network">In its compute type, on its device, in training mode; not disposed here.</param>
    /// <param name="loss">The loss of the stage.</param>
    /// <param name="config">Batch size, parts, recomputation.</param>
    internal BatchGradient(DiffusionTransformer network, StageLoss loss, TrainingConfig config)
    {
        (_loss, _parts, _recompute) = (loss, config.Accumulate, config.RecomputeBlocks);
        _buffer = new ParameterBuffer(new FlatParameters(network));
        _networks = [network];
        var shares = BatchShares.OfTraining((config.BatchSize + _parts - 1) / _parts, network.Device, _buffer.Values.dtype);
        while (_networks.Count < shares) _networks.Add(network.Twin());
        _sum = new GradientSum(_networks.Select(each => new FlatParameters(each)));
        // Parts are summed in float32 whatever the network computes in, so that none is rounded away.
        Value = zeros_like(_buffer.Values, _parts > 1 ? ScalarType.Float32 : _buffer.Values.dtype).DetachFromDisposeScope();
    }

    /// <summary>What the network computes with, (P), in its type; writing here changes the network.</summary>
    internal Tensor Parameters => _buffer.Values;

    /// <summary>The gradient of the last batch, (P), float32 or the compute type.</summary>
    internal Tensor Value { get; }

    /// <summary>Puts weights into the network, rounded to its type.</summary>
    /// <param name="weights">(P), float32.</param>
    internal void Set(Tensor weights) => _buffer.Set(weights);

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
        _buffer.Dispose();
        Value.Dispose();
        foreach (var twin in _networks.Skip(1)) twin.Dispose();
    }
}
