using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Everything around a network that learns: float32 weights behind those it computes with, the moments of AdamW, and the average of the weights.
/// </summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private readonly TrainingConfig _config;
    private readonly nn.Module _network;
    private readonly FlatParameters _parameters;
    private readonly ParameterBuffer _buffer;
    private readonly GradientSum _sum;
    private readonly Tensor _gradient;                                                        // (P), in the compute type
    private readonly AdamW _optimizer;
    private readonly Tensor _weights;
    private readonly Tensor? _average;

    /// <summary>Takes a freshly initialised float32 network and casts it to the compute type; the network stays the caller's.</summary>
    /// <param name="network">The network, on its device, in training mode.</param>
    /// <param name="config">Optimisation settings.</param>
    /// <param name="computeType">Float32 or BFloat16.</param>
    /// <param name="averaged">Whether an average is kept.</param>
    internal NetworkOptimizer(nn.Module network, TrainingConfig config, ScalarType computeType, bool averaged)
    {
        (_network, _config) = (network, config);
        _weights = new FlatParameters(network).Gather().DetachFromDisposeScope();             // (P), before the cast: nothing is rounded
        _average = averaged ? _weights.clone().DetachFromDisposeScope() : null;               // (P)
        _optimizer = new AdamW(_weights, config.Beta1, config.Beta2, config.WeightDecay);
        network.to(computeType);
        _parameters = new FlatParameters(network);                                            // casting replaced the parameters
        _buffer = new ParameterBuffer(_parameters);
        _sum = new GradientSum([_parameters]);
        _gradient = zeros_like(_buffer.Values).DetachFromDisposeScope();
        network.train();
    }

    /// <summary>Steps taken.</summary>
    internal long Steps => _optimizer.Steps;

    /// <summary>Takes the gradients that backward passes have left at the parameters.</summary>
    /// <returns>Their norm.</returns>
    internal double TakeGradients() => _sum.Into(_gradient, add: false);

    /// <summary>Forgets the gradients at the parameters, so that the next backward pass leaves its own.</summary>
    internal void ClearGradients() => _sum.Clear();

    /// <summary>Takes one step along the gradients that were taken last, scaled down to the largest norm that the configuration allows.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <param name="norm">Their norm.</param>
    /// <param name="images">Images seen, those of this step included.</param>
    internal void Step(double rate, double norm, long images)
    {
        // Half-life in images, with the ramp-up of Karras et al. 2022: never longer than a twentieth of what was seen.
        var halfLife = Math.Max(Math.Min(_config.EmaHalfLifeImages, images * 0.05), 1e-8);
        _optimizer.Step(
            _weights, _gradient, rate, Math.Min(1, _config.GradientClip / norm), _average,
            _average is null ? 0 : 1 - Math.Pow(0.5, _config.BatchSize / halfLife), _buffer.Values);
    }

    /// <summary>Puts the averaged weights into the network, in evaluation mode, until <see cref="LeaveAverage"/>.</summary>
    internal void EnterAverage()
    {
        _buffer.Set(_average!);
        _network.eval();
    }

    /// <summary>Puts the trained weights back into the network, in training mode.</summary>
    internal void LeaveAverage()
    {
        _buffer.Set(_weights);
        _network.train();
    }

    /// <summary>Cuts a vector of weights into tensors by the network's keys; views, owned by the caller's dispose scope.</summary>
    /// <param name="vector">(P), float32.</param>
    internal Dictionary<string, Tensor> Unflatten(Tensor vector) => _parameters.Unflatten(vector);

    /// <summary>Everything that a resumed run needs, by name; the tensors belong to this.</summary>
    internal IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor> { ["weights"] = _weights, ["moment1"] = _optimizer.Moment1, ["moment2"] = _optimizer.Moment2 };
        if (_average is not null) state.Add("average", _average);
        return state;
    }

    /// <summary>Goes on from a saved state.</summary>
    /// <param name="state">What <see cref="State"/> gave.</param>
    /// <param name="steps">Steps taken then.</param>
    /// <exception cref="InvalidDataException">The state is of another architecture.</exception>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state, long steps)
    {
        using var noGradient = no_grad();
        foreach (var (name, own) in State())
        {
            if (!state.TryGetValue(name, out var saved) || !saved.shape.SequenceEqual(own.shape))
                throw new InvalidDataException($"the checkpoint's \"{name}\" is not of this architecture ({_parameters.Length} parameters); resume with the run's own configuration.");
            own.copy_(saved);
        }
        _optimizer.Steps = steps;
        _buffer.Set(_weights);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _buffer.Dispose();
        _gradient.Dispose();
        _weights.Dispose();
        _average?.Dispose();
    }
}
