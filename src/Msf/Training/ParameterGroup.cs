using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Parameters that are optimised together: float32 weights, AdamW's moments and the averages of the weights, each one flat vector, and what networks compute
/// with. A stage has one group; where stages share a trunk, that is a group of its own, which the steps of all stages update. Rate and averages of a group
/// go by the images that it has seen itself.
/// </summary>
internal sealed class ParameterGroup : IDisposable
{
    private readonly TrainingConfig _config;
    private readonly Func<string, bool> _holds;
    private readonly AdamW _optimizer;
    private FlatParameters _parameters;
    private ParameterBuffer? _computing;

    /// <summary>Takes the weights of a freshly initialised or loaded float32 network.</summary>
    /// <param name="network">The network, on its device; not disposed here.</param>
    /// <param name="holds">Which of its parameters, by key.</param>
    /// <param name="config">Optimisation settings.</param>
    /// <param name="totalImages">Images the group will see, for the schedule.</param>
    internal ParameterGroup(DiffusionTransformer network, Func<string, bool> holds, TrainingConfig config, long totalImages)
    {
        (_config, _holds, TotalImages) = (config, holds, totalImages);
        _parameters = new FlatParameters(network, holds);
        Weights = _parameters.Gather().DetachFromDisposeScope();                              // before the cast: nothing is rounded
        Average = Weights.clone().DetachFromDisposeScope();
        _optimizer = new AdamW(Weights, config.Beta1, config.Beta2, config.WeightDecay);
        PostHocAverages = [.. config.PostHocEma?.RelativeWidths.Select(width => new PowerFunctionAverage(Weights, width)) ?? []];
    }

    /// <summary>Number of parameters P.</summary>
    internal long Length => _parameters.Length;

    /// <summary>Names of the parameters.</summary>
    internal IEnumerable<string> Names => _parameters.Names;

    /// <summary>What the optimiser sees, (P), float32.</summary>
    internal Tensor Weights { get; }

    /// <summary>The averaged weights, (P), float32.</summary>
    internal Tensor Average { get; }

    /// <summary>Averages from which one of any width can be built later, in the order of their widths in the configuration.</summary>
    internal IReadOnlyList<PowerFunctionAverage> PostHocAverages { get; }

    /// <summary>Images seen, those of skipped steps included.</summary>
    internal long Images { get; private set; }

    /// <summary>Images that will have been seen at the end of the run.</summary>
    internal long TotalImages { get; }

    /// <summary>Optimiser steps taken.</summary>
    internal long Steps => _optimizer.Steps;

    /// <summary>Learning rate at the present number of images.</summary>
    internal double LearningRate => LearningRates.At(_config, Images, TotalImages);

    /// <summary>The parameters of this group in a network of the same architecture.</summary>
    internal FlatParameters Of(DiffusionTransformer network) => new(network, _holds);

    /// <summary>Lets a network that was cast compute with these weights: its parameters become views of one vector, the same for all networks of a group.</summary>
    internal void Attach(DiffusionTransformer network)
    {
        var parameters = Of(network);
        if (_computing is null) (_computing, _parameters) = (new ParameterBuffer(parameters), parameters);   // casting replaced the parameters
        else _computing.Join(parameters);
    }

    /// <summary>What the networks compute with, (P), in their type; writing here changes them.</summary>
    internal Tensor Computing => _computing!.Values;

    /// <summary>Puts the weights into the networks, rounded to their type.</summary>
    internal void Publish() => _computing!.Set(Weights);

    /// <summary>Puts the averaged weights there.</summary>
    internal void PublishAverage() => _computing!.Set(Average);

    /// <summary>Counts a batch, whether or not its step is taken.</summary>
    /// <returns>The learning rate of its step.</returns>
    internal double Count(long batch)
    {
        var rate = LearningRate;
        Images += batch;
        return rate;
    }

    /// <summary>Takes a step of a batch that was counted.</summary>
    /// <param name="gradient">(P), float32 or bfloat16.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="gradientScale">Factor on the gradient.</param>
    /// <param name="batch">Images of the batch.</param>
    internal void Step(Tensor gradient, double rate, double gradientScale, long batch)
    {
        _optimizer.Step(Weights, gradient, rate, gradientScale, Average, 1 - AverageDecay(batch), Computing);
        foreach (var average in PostHocAverages) average.Update(Weights, Images, batch);
    }

    /// <summary>Cuts a vector, (P), into named tensors of the parameters' shapes: views, owned by the caller's dispose scope.</summary>
    internal Dictionary<string, Tensor> Unflatten(Tensor vector) => _parameters.Unflatten(vector);

    /// <summary>Lets the averages start from the weights, which were set from outside.</summary>
    internal void RestartAverages()
    {
        Average.copy_(Weights);
        foreach (var average in PostHocAverages) average.Value.copy_(Weights);
    }

    /// <summary>Everything that a resumed run needs, by name; the tensors belong to this.</summary>
    internal Dictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>
        {
            ["weights"] = Weights,
            ["average"] = Average,
            ["moment1"] = _optimizer.Moment1,
            ["moment2"] = _optimizer.Moment2,
        };
        for (var i = 0; i < PostHocAverages.Count; i++) state.Add($"postHocAverage{i}", PostHocAverages[i].Value);
        return state;
    }

    /// <summary>Goes on from a saved state; <see cref="Publish"/> brings it to the networks.</summary>
    /// <param name="state">What <see cref="State"/> gave, among others.</param>
    /// <param name="images">Images seen then.</param>
    /// <param name="steps">Optimiser steps taken then.</param>
    /// <exception cref="InvalidDataException">The state is of another architecture.</exception>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state, long images, long steps)
    {
        using var noGrad = no_grad();
        foreach (var (name, own) in State()) Copy(state, name, own);
        (Images, _optimizer.Steps) = (images, steps);
    }

    /// <summary>Copies a tensor of a saved state.</summary>
    /// <exception cref="InvalidDataException">It is missing or of another shape.</exception>
    internal void Copy(IReadOnlyDictionary<string, Tensor> state, string name, Tensor own)
    {
        if (!state.TryGetValue(name, out var saved) || !saved.shape.SequenceEqual(own.shape))
            throw new InvalidDataException($"the checkpoint's \"{name}\" is not of this architecture ({Length} parameters); resume with the run's own configuration.");
        own.copy_(saved);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _computing?.Dispose();
        Weights.Dispose();
        Average.Dispose();
        foreach (var average in PostHocAverages) average.Dispose();
    }

    /// <summary>Half-life in images, with the ramp-up of Karras et al. 2022: never longer than a twentieth of what was seen.</summary>
    private double AverageDecay(long batch)
    {
        var halfLife = Math.Min(_config.EmaHalfLifeImages, Images * 0.05);
        return Math.Pow(0.5, batch / Math.Max(halfLife, 1e-8));
    }
}
