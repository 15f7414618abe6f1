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
    private readonly ParameterBuffers _buffers;                                               // of the network itself
    private readonly List<DiffusionTransformer> _networks;                                    // the network, and the others with its weights
    private readonly List<Tensor> _gradients;                                                 // (P) each, in the compute type
    private readonly Tensor? _sum;                                                            // (P), float32, of a batch in parts

    /// <summary>Moves the network's parameters into one vector.</summary>
    /// <param name="network">In its compute type, on its device, in training mode; not disposed here.</param>
    /// <param name="loss">The loss of the stage.</param>
    /// <param name="config">Batch size, parts, recomputation.</param>
    internal BatchGradient(DiffusionTransformer network, StageLoss loss, TrainingConfig config)
    {
        (_loss, _parts, _recompute) = (loss, config.Accumulate, config.RecomputeBlocks);
        _buffers = new ParameterBuffers(new FlatParameters(network));
        (_networks, _gradients) = ([network], [_buffers.Gradients]);
        if (_parts > 1) _sum = zeros_like(_buffers.Values, ScalarType.Float32).DetachFromDisposeScope();
        var shares = BatchShares.OfTraining((config.BatchSize + _parts - 1) / _parts, network.Device, _buffers.Values.dtype);
        while (_networks.Count < shares)
        {
            var twin = network.Twin();
            _networks.Add(twin);
            _gradients.Add(ParameterBuffers.GiveGradients(new FlatParameters(twin)));
        }
    }

    /// <summary>What the network computes with, (P), in its type; writing here changes the network.</summary>
    internal Tensor Parameters => _buffers.Values;

    /// <summary>The gradient of the batch, (P), float32 or the compute type, after <see cref="Sum"/>.</summary>
    internal Tensor Value => _sum ?? _gradients[0];

    /// <summary>Puts weights into the network, rounded to its type.</summary>
    /// <param name="weights">(P), float32.</param>
    internal void Set(Tensor weights) => _buffers.Set(weights);

    /// <summary>Goes forward and back. Parts are summed in float32 whatever the network computes in, so that none is rounded away.</summary>
    /// <param name="draw">The batch.</param>
    /// <param name="losses">Receives every image's loss.</param>
    internal void Compute(StageDraw draw, LossByTime losses)
    {
        _sum?.zero_();
        foreach (var part in draw.Split(_parts))
        {
            using var scope = NewDisposeScope();
            var shares = part.Split(_networks.Count).ToArray();
            var perImage = empty(part.Count, ScalarType.Float32, part.Data.device);           // made here: no tensor changes threads
            var starts = shares.Select((_, i) => shares.Take(i).Sum(share => share.Count)).ToArray();
            ThreadTeam.Apart(shares.Length, i => Differentiate(i, shares[i], shares[i].Count / (double)draw.Count, perImage, starts[i]));
            losses.Add(perImage, part.Time);
            if (_sum is null) continue;
            foreach (var gradient in _gradients)
            {
                _sum.AddInPlace(gradient);
                gradient.zero_();
            }
        }
    }

    /// <summary>Adds up the shares.</summary>
    /// <returns>The Euclidean norm; not finite where an element is not.</returns>
    internal double Sum() => _sum is not null ? GradientNorm.Of(_sum) : GradientNorm.OfSum(_gradients);

    /// <summary>Sets the gradient to zero, for the next batch.</summary>
    internal void Clear()
    {
        foreach (var gradient in _gradients) gradient.zero_();
    }

    private void Differentiate(int share, StageDraw draw, double weight, Tensor perImage, long start)
    {
        using var scope = NewDisposeScope();
        var network = _networks[share];
        using var recomputation = _recompute ? new BlockRecomputation(network) : null;
        var result = _loss.Compute((x, t, labels, condition, time) => recomputation is null
            ? network.Forward(x, t, labels, condition, time, draw.Augmentation)
            : recomputation.Forward(x, t, labels, condition, time, draw.Augmentation), draw);
        var loss = weight < 1 ? result.Loss.Times(weight) : result.Loss;
        loss.backward();
        recomputation?.Backward();
        using var noGrad = no_grad();
        perImage.narrow(0, start, draw.Count).copy_(result.PerImage);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers.Dispose();
        _sum?.Dispose();
        foreach (var gradient in _gradients.Skip(1)) gradient.Dispose();
        foreach (var twin in _networks.Skip(1)) twin.Dispose();
    }
}
