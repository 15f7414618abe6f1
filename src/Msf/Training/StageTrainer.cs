using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains the network of one stage: the network computes in its own type, the weights that the optimiser sees, its moments
/// and the averaged weights are float32 vectors.
/// </summary>
public sealed class StageTrainer : IDisposable
{
    private const string LossByTimeName = "lossByTime";                                       // absent from older checkpoints
    private const string FixedPrefix = "fixed:";                                                 // so are these
    private readonly int _stage;
    private readonly TrainingConfig _config;
    private readonly StageLoss _loss;
    private readonly FlatParameters _parameters;
    private readonly BatchGradient _gradient;
    private readonly AdamW _optimizer;
    private readonly Tensor _weights;
    private readonly Tensor _average;
    private readonly Dictionary<string, Tensor> _fixed;                                       // positions: trained by nobody
    private readonly PowerFunctionAverage[] _postHocAverages;
    private readonly ScalarType _computeType;

    /// <summary>Takes over a freshly initialised or loaded float32 network and casts it to the compute type.</summary>
    /// <param name="network">The network, float32, on its device; disposed with this.</param>
    /// <param name="loss">The loss of the stage.</param>
    /// <param name="config">Optimisation settings.</param>
    /// <param name="computeType">Float32 or BFloat16.</param>
    /// <param name="totalImages">Images this stage will see, for the schedule.</param>
    /// <param name="stage">0 (coarse) to S - 1 (fine), for messages.</param>
    public StageTrainer(
        DiffusionTransformer network, StageLoss loss, TrainingConfig config, ScalarType computeType, long totalImages, int stage = 0)
    {
        (_stage, Network, _loss, _config, _computeType, TotalImages) = (stage, network, loss, config, computeType, totalImages);
        _parameters = new FlatParameters(network);
        _weights = _parameters.Gather().DetachFromDisposeScope();                             // (P), before the cast: nothing is rounded
        _average = _weights.clone().DetachFromDisposeScope();                                 // (P)
        var all = StateDictLoader.Extract(network);
        _fixed = all.Keys.Except(_parameters.Names).ToDictionary(name => name, name => all[name].clone().DetachFromDisposeScope());
        LossByTime = new LossByTime(_weights.device);
        _optimizer = new AdamW(_weights, config.Beta1, config.Beta2, config.WeightDecay);
        _postHocAverages = [.. config.PostHocEma?.RelativeWidths.Select(width => new PowerFunctionAverage(_weights, width)) ?? []];
        network.to(computeType);
        _parameters = new FlatParameters(network);                                            // casting replaced the parameters
        network.train();
        _gradient = new BatchGradient(network, loss, config);
        CpuAllocator.Trim();                                                                  // of the network that was cast
    }

    /// <summary>The teacher whose flow the stage learns, where it is distilled; null trains on data. Not disposed with this.</summary>
    internal WindowTeacher? Teacher { get; init; }

    /// <summary>The network, in the compute type.</summary>
    public DiffusionTransformer Network { get; }

    /// <summary>Losses by time since they were last asked for; skipped steps do not count.</summary>
    public LossByTime LossByTime { get; }

    /// <summary>Images this stage has seen, those of skipped steps included.</summary>
    public long Images { get; private set; }

    /// <summary>Steps skipped because loss or gradient was not finite.</summary>
    public long SkippedSteps { get; private set; }

    /// <summary>How many of them came last, one after the other; 0 after a step that was taken.</summary>
    public int SkippedInARow { get; private set; }

    /// <summary>Images this stage will have seen at the end of the run.</summary>
    public long TotalImages { get; }

    /// <summary>Trains on one batch.</summary>
    /// <param name="component">Standardised component, (B, C, h, w), float32.</param>
    /// <param name="labels">Class indices, (B), int64.</param>
    /// <param name="condition">Standardised clean condition, of the shape of the component, or null for the base.</param>
    /// <param name="generator">Source of noise, times and dropped labels of this step.</param>
    /// <param name="augmentation">Augmentation labels, (B, A), float32, for a network that takes them; null where images are as they are.</param>
    /// <returns>Loss, gradient norm before clipping, and learning rate; a step whose loss or gradient is not finite is skipped.</returns>
    /// <exception cref="InvalidDataException">
    /// More than <see cref="TrainingConfig.NonFiniteLimit"/> steps in a row would be skipped; weights, moments and average are as before them.
    /// </exception>
    public StepResult Step(Tensor component, Tensor labels, Tensor? condition, Generator generator, Tensor? augmentation = null)
    {
        using var scope = NewDisposeScope();
        var batch = component.shape[0];
        LossByTime.Begin();
        var draw = _loss.Draw(component, labels, condition, generator) with { Augmentation = augmentation };
        var norm = _gradient.Compute(Teacher?.Straighten(draw) ?? draw, LossByTime);
        var mean = LossByTime.StepMean();
        var rate = LearningRate();
        Images += batch;
        if (!double.IsFinite(mean) || !double.IsFinite(norm)) return Skip(mean, norm, rate);
        SkippedInARow = 0;
        LossByTime.Commit();
        _optimizer.Step(
            _weights, _gradient.Value, rate, Math.Min(1, _config.GradientClip / norm), _average, 1 - EmaDecay(batch), _gradient.Parameters);
        foreach (var average in _postHocAverages) average.Update(_weights, Images, batch);
        return new StepResult(mean, norm, rate);
    }

    /// <summary>Takes weights of another network where name and shape agree; average and averages start from them. Moments start anew.</summary>
    /// <param name="source">Weights by name, float32.</param>
    /// <param name="what">Where they come from, for messages.</param>
    /// <param name="withFixed">Whether to take what is not trained, positions, as well.</param>
    /// <returns>What was taken and what was not.</returns>
    /// <exception cref="InvalidDataException">Nothing agrees; all is as it was.</exception>
    /// <exception cref="InvalidOperationException">The stage has been trained already.</exception>
    internal WeightTransfer Initialize(IReadOnlyDictionary<string, Tensor> source, string what, bool withFixed)
    {
        if (Images > 0) throw new InvalidOperationException($"stage {_stage} has been trained on {Images} images; initialise it before.");
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var own = _parameters.Unflatten(_weights);
        if (withFixed)
            foreach (var (name, tensor) in _fixed) own.Add(name, tensor);
        var transfer = WeightTransfer.Plan(Shapes(source), Shapes(own), what);
        foreach (var name in transfer.Taken) own[name].copy_(source[name]);
        _average.copy_(_weights);
        foreach (var average in _postHocAverages) average.Value.copy_(_weights);
        Publish();
        return transfer;
    }

    /// <summary>The weights that a stage above the base can start from, by name; views, owned by the caller's dispose scope.</summary>
    internal Dictionary<string, Tensor> Weights() => _parameters.Unflatten(_weights);

    private static Dictionary<string, long[]> Shapes(IReadOnlyDictionary<string, Tensor> tensors) => tensors.ToDictionary(pair => pair.Key, pair => pair.Value.shape);

    // Into the network that computes.
    private void Publish()
    {
        var state = Network.state_dict();
        foreach (var (name, tensor) in _fixed) state[name].copy_(tensor);
        _gradient.Set(_weights);
    }

    /// <summary>Learning rate at the present number of images.</summary>
    public double LearningRate() => LearningRates.At(_config, Images, TotalImages);

    // The images are spent all the same: schedules and shares go by them, and the same batch again would give the same result.
    private StepResult Skip(double loss, double norm, double rate)
    {
        if (SkippedInARow >= _config.NonFiniteLimit)
        {
            var before = SkippedInARow > 0 ? $" after {SkippedInARow} skipped steps" : "";
            throw new InvalidDataException(
                $"stage {_stage} diverged after {Images} images of its own: loss {loss}, gradient norm {norm}{before}; lower training.learningRate or training.gradientClip and go on from the last checkpoint with --resume.");
        }
        SkippedSteps++;
        SkippedInARow++;
        return new StepResult(loss, norm, rate, Skipped: true);
    }

    /// <summary>Puts the averaged weights into the network, in evaluation mode, until <see cref="LeaveAverage"/>.</summary>
    public void EnterAverage()
    {
        _gradient.Set(_average);
        Network.eval();
    }

    /// <summary>Puts the trained weights back into the network, in training mode.</summary>
    public void LeaveAverage()
    {
        _gradient.Set(_weights);
        Network.train();
    }

    /// <summary>The averaged weights under the network's keys, what is not trained included.</summary>
    /// <param name="average">A copy of the average, (P), to take them from; null takes them from the average itself.</param>
    /// <returns>Float32 tensors: views of the average, owned by the caller's dispose scope, and tensors of this, which never change.</returns>
    public Dictionary<string, Tensor> AverageState(Tensor? average = null)
    {
        var state = _parameters.Unflatten(average ?? _average);
        foreach (var (name, tensor) in _fixed) state.Add(name, tensor);
        return state;
    }

    /// <summary>Averages from which one of any width can be built later, in the order of their widths in the configuration.</summary>
    internal IReadOnlyList<PowerFunctionAverage> PostHocAverages => _postHocAverages;

    /// <summary>What is not trained, by the network's keys: positions. The tensors belong to this and never change.</summary>
    internal IReadOnlyDictionary<string, Tensor> FixedState => _fixed;

    /// <summary>Everything that a resumed run needs, by name; the tensors belong to this.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>
        {
            ["weights"] = _weights,
            ["average"] = _average,
            ["moment1"] = _optimizer.Moment1,
            ["moment2"] = _optimizer.Moment2,
            [LossByTimeName] = LossByTime.Sums,
        };
        foreach (var (name, tensor) in _fixed) state.Add($"{FixedPrefix}{name}", tensor);
        for (var i = 0; i < _postHocAverages.Length; i++) state.Add($"postHocAverage{i}", _postHocAverages[i].Value);
        return state;
    }

    /// <summary>Goes on from a saved state.</summary>
    /// <param name="state">What <see cref="State"/> gave.</param>
    /// <param name="images">Images seen then.</param>
    /// <param name="steps">Optimiser steps taken then.</param>
    /// <param name="skipped">Steps skipped until then.</param>
    /// <param name="skippedInARow">How many of them came last.</param>
    /// <exception cref="InvalidDataException">The state is of another architecture.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state, long images, long steps, long skipped = 0, int skippedInARow = 0)
    {
        using var noGrad = no_grad();
        foreach (var (name, own) in State())
        {
            if ((name == LossByTimeName || name.StartsWith(FixedPrefix, StringComparison.Ordinal)) && !state.ContainsKey(name)) continue;
            if (!state.TryGetValue(name, out var saved) || !saved.shape.SequenceEqual(own.shape))
                throw new InvalidDataException($"the checkpoint's \"{name}\" is not of this architecture ({_parameters.Length} parameters); resume with the run's own configuration.");
            own.copy_(saved);
        }
        (Images, _optimizer.Steps, SkippedSteps, SkippedInARow) = (images, steps, skipped, skippedInARow);
        Publish();
    }

    /// <summary>Optimiser steps taken.</summary>
    public long Steps => _optimizer.Steps;

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _gradient.Dispose();
        LossByTime.Dispose();
        _weights.Dispose();
        _average.Dispose();
        foreach (var average in _postHocAverages) average.Dispose();
        foreach (var tensor in _fixed.Values) tensor.Dispose();
        Network.Dispose();
    }

    /// <summary>Half-life in images, with the ramp-up of Karras et al. 2022: never longer than a twentieth of what was seen.</summary>
    private double EmaDecay(long batch)
    {
        var halfLife = Math.Min(_config.EmaHalfLifeImages, Images * 0.05);
        return Math.Pow(0.5, batch / Math.Max(halfLife, 1e-8));
    }
}
