using Msf.Checkpoints;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// All that training keeps of a stage's network: the float32 weights that the optimiser sees, with moments and averages, those of a trunk that other stages train too, and what nobody trains,
/// positions.
/// </summary>
internal sealed class StageWeights : IDisposable
{
    private const string FixedPrefix = "fixed:";                                              // absent from older checkpoints
    private readonly DiffusionTransformer _network;
    private readonly ParameterGroup? _trunk;
    private readonly Dictionary<string, Tensor> _fixed;

    /// <summary>Copies the weights of a float32 network.</summary>
    /// <param name="network">The network; not disposed with this.</param>
    /// <param name="config">Optimisation settings.</param>
    /// <param name="totalImages">Images the stage will see.</param>
    /// <param name="trunk">The trunk, not disposed with this; null where the whole network is the stage's own.</param>
    internal StageWeights(DiffusionTransformer network, TrainingConfig config, long totalImages, ParameterGroup? trunk)
    {
        (_network, _trunk) = (network, trunk);
        Own = new ParameterGroup(network, key => trunk is null || !SharedTrunk.Holds(key), config, totalImages);
        Groups = trunk is null ? [Own] : [trunk, Own];
        var all = StateDictLoader.Extract(network);
        _fixed = all.Keys.Except(new FlatParameters(network).Names).ToDictionary(name => name, name => all[name].clone().DetachFromDisposeScope());
    }

    /// <summary>What the stage alone trains.</summary>
    internal ParameterGroup Own { get; }

    /// <summary>A shared trunk and the stage's own, in the order of the gradient.</summary>
    internal ParameterGroup[] Groups { get; }

    /// <summary>What is not trained, by the network's keys: positions. The tensors belong to this and never change.</summary>
    internal IReadOnlyDictionary<string, Tensor> Fixed => _fixed;

    /// <summary>Makes the network's parameters those of the groups, when it has its compute type.</summary>
    internal void Attach()
    {
        foreach (var group in Groups) group.Attach(_network);
    }

    /// <inheritdoc cref="StageTrainer.Initialize"/>
    internal WeightTransfer Initialize(IReadOnlyDictionary<string, Tensor> source, string what, bool withFixed, bool withTrunk)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var groups = withTrunk ? Groups : [Own];
        var own = groups.SelectMany(group => group.Unflatten(group.Weights)).ToDictionary();
        if (withFixed)
            foreach (var (name, tensor) in _fixed) own.Add(name, tensor);
        var transfer = WeightTransfer.Plan(WeightTransfer.Shapes(source), WeightTransfer.Shapes(own), what);
        foreach (var name in transfer.Taken) own[name].copy_(source[name]);
        foreach (var group in groups) group.RestartAverages();
        Publish();
        return transfer;
    }

    /// <inheritdoc cref="StageTrainer.AverageState"/>
    internal Dictionary<string, Tensor> AverageState(Tensor? average, Tensor? trunk)
    {
        var state = Own.Unflatten(average ?? Own.Average);
        foreach (var (name, tensor) in _trunk?.Unflatten(trunk ?? _trunk.Average) ?? []) state.Add(name, tensor);
        foreach (var (name, tensor) in _fixed) state.Add(name, tensor);
        return state;
    }

    /// <summary>Everything of the stage itself that a resumed run needs, by name; the tensors belong to this.</summary>
    internal Dictionary<string, Tensor> State()
    {
        var state = Own.State();
        foreach (var (name, tensor) in _fixed) state.Add($"{FixedPrefix}{name}", tensor);
        return state;
    }

    /// <summary>Goes on from what <see cref="State"/> gave, after a shared trunk did.</summary>
    /// <exception cref="InvalidDataException">The state is of another architecture.</exception>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state, long images, long steps)
    {
        using var noGrad = no_grad();
        Own.Restore(state, images, steps);
        foreach (var (name, tensor) in _fixed)
            if (state.ContainsKey($"{FixedPrefix}{name}")) Own.Copy(state, $"{FixedPrefix}{name}", tensor);
        Publish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Own.Dispose();
        foreach (var tensor in _fixed.Values) tensor.Dispose();
    }

    // Into the network that computes.
    private void Publish()
    {
        var state = _network.state_dict();
        foreach (var (name, tensor) in _fixed) state[name].copy_(tensor);
        foreach (var group in Groups) group.Publish();
    }
}
