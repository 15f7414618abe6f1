using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Trains the network of one stage: the network computes in its own type, the weights that the optimiser sees, its moments
/// and the averaged weights are float32 vectors. Where stages share a trunk, every step updates that and the stage's own parameters.
/// </summary>
public sealed class StageTrainer : IDisposable
{
    private const string LossByTimeName = "lossByTime";                                       // absent from older checkpoints
    private readonly int _stage;
    private readonly NonFiniteSteps _skipped;
    private readonly TrainingConfig _config;
    private readonly StageLoss _loss;
    private readonly StageWeights _weights;
    private readonly BatchGradient _gradient;

    /// <summary>Takes over a freshly initialised or loaded float32 network and casts it to the compute type.</summary>
    /// <param name="network">The network, float32, on its device; disposed with this.</param>
    /// <param name="loss">The loss of the stage.</param>
    /// <param name="config">Optimisation settings.</param>
    /// <param name="computeType">Float32 or BFloat16.</param>
    /// <param name="totalImages">Images this stage will see, for the schedule.</param>
    /// <param name="stage">0 (coarse) to S - 1 (fine), for messages.</param>
    public StageTrainer(DiffusionTransformer network, StageLoss loss, TrainingConfig config, ScalarType computeType, long totalImages, int stage = 0)
        : this(network, loss, config, computeType, totalImages, stage, trunk: null) { }

    /// <summary>The same for a stage whose trunk others train, too.</summary>
    /// <param name="network">The network; the values of its trunk are lost.</param>
    /// <param name="loss">The loss of the stage.</param>
    /// <param name="config">Optimisation settings.</param>
    /// <param name="computeType">Float32 or BFloat16, the same for all stages.</param>
    /// <param name="totalImages">Images this stage will see.</param>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    /// <param name="trunk">The trunk, not disposed with this; null where the whole network is the stage's own.</param>
    internal StageTrainer(DiffusionTransformer network, StageLoss loss, TrainingConfig config, ScalarType computeType, long totalImages, int stage, ParameterGroup? trunk)
    {
        (_stage, Network, _loss, _config) = (stage, network, loss, config);
        _skipped = new NonFiniteSteps(config.NonFiniteLimit);
        _weights = new StageWeights(network, config, totalImages, trunk);
        LossByTime = new LossByTime(_weights.Own.Weights.device);
        network.to(computeType);
        _weights.Attach();
        network.train();
        _gradient = new BatchGradient(network, _weights.Groups, loss, config);
        CpuAllocator.Trim();                                                                  // of the network that was cast
    }

    /// <summary>The teacher whose flow the stage learns, where it is distilled; null trains on data. Not disposed with this.</summary>
    internal WindowTeacher? Teacher { get; init; }

    /// <summary>The network, in the compute type.</summary>
    public DiffusionTransformer Network { get; }

    /// <summary>Losses by time since they were last asked for; skipped steps do not count.</summary>
    public LossByTime LossByTime { get; }

    /// <summary>Images this stage has seen, those of skipped steps included.</summary>
    public long Images => _weights.Own.Images;

    /// <summary>Steps skipped because loss or gradient was not finite.</summary>
    public long SkippedSteps => _skipped.Count;

    /// <summary>How many of them came last, one after the other; 0 after a step that was taken.</summary>
    public int SkippedInARow => _skipped.InARow;

    /// <summary>Images this stage will have seen at the end of the run.</summary>
    public long TotalImages => _weights.Own.TotalImages;

    /// <summary>Trains on one batch.</summary>
    /// <param name="component">Standardised component, (B, C, h, w), float32.</param>
    /// <param name="labels">Class indices, (B), int64.</param>
    /// <param name="condition">Standardised clean condition, of the shape of the component, or null for the base.</param>
    /// <param name="generator">Source of noise, times and dropped labels of this step.</param>
    /// <param name="augmentation">Augmentation labels, (B, A), float32, for a network that takes them; null where images are as they are.</param>
    /// <returns>Loss, gradient norm before clipping, and learning rate of the stage's own parameters; a step whose loss or gradient is not finite is skipped.</returns>
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
        var rates = _weights.Groups.Select(group => group.Count(batch)).ToArray();
        if (!double.IsFinite(mean) || !double.IsFinite(norm))
        {
            // The images are spent all the same: schedules and shares go by them, and the same batch again would give the same result.
            _skipped.Add($"stage {_stage}", Images, mean, norm);
            return new StepResult(mean, norm, rates[^1], Skipped: true);
        }
        _skipped.Clear();
        LossByTime.Commit();
        long offset = 0;
        foreach (var (group, rate) in _weights.Groups.Zip(rates))
        {
            group.Step(_gradient.Value.narrow(0, offset, group.Length), rate, Math.Min(1, _config.GradientClip / norm), batch);
            offset += group.Length;
        }
        return new StepResult(mean, norm, rates[^1]);
    }

    /// <summary>Takes weights of another network where name and shape agree; average and averages start from them. Moments start anew.</summary>
    /// <param name="source">Weights by name, float32.</param>
    /// <param name="what">Where they come from, for messages.</param>
    /// <param name="withFixed">Whether to take what is not trained, positions, as well.</param>
    /// <param name="withTrunk">Whether to take a trunk that others share, as well.</param>
    /// <returns>What was taken and what was not.</returns>
    /// <exception cref="InvalidDataException">Nothing agrees; all is as it was.</exception>
    /// <exception cref="InvalidOperationException">The stage has been trained already.</exception>
    internal WeightTransfer Initialize(IReadOnlyDictionary<string, Tensor> source, string what, bool withFixed, bool withTrunk = false)
    {
        if (Images > 0) throw new InvalidOperationException($"stage {_stage} has been trained on {Images} images; initialise it before.");
        return _weights.Initialize(source, what, withFixed, withTrunk);
    }

    /// <summary>The stage's own weights, from which one above the base can start, by name; views, owned by the caller's dispose scope.</summary>
    internal Dictionary<string, Tensor> Weights() => _weights.Own.Unflatten(_weights.Own.Weights);

    /// <summary>Learning rate at the present number of images.</summary>
    public double LearningRate() => _weights.Own.LearningRate;

    /// <summary>Puts the averaged weights into the network, in evaluation mode, until <see cref="LeaveAverage"/>.</summary>
    public void EnterAverage()
    {
        foreach (var group in _weights.Groups) group.PublishAverage();
        Network.eval();
    }

    /// <summary>Puts the trained weights back into the network, in training mode.</summary>
    public void LeaveAverage()
    {
        foreach (var group in _weights.Groups) group.Publish();
        Network.train();
    }

    /// <summary>The averaged weights under the network's keys, what is not trained included.</summary>
    /// <param name="average">A copy of the average of the stage's own weights, (P), to take them from; null takes them from the average itself.</param>
    /// <param name="trunk">The same of a shared trunk.</param>
    /// <returns>Float32 tensors: views of the average, owned by the caller's dispose scope, and tensors of this, which never change.</returns>
    public Dictionary<string, Tensor> AverageState(Tensor? average = null, Tensor? trunk = null) => _weights.AverageState(average, trunk);

    /// <summary>Averages from which one of any width can be built later, in the order of their widths in the configuration.</summary>
    internal IReadOnlyList<PowerFunctionAverage> PostHocAverages => _weights.Own.PostHocAverages;

    /// <summary>What is not trained, by the network's keys: positions. The tensors belong to this and never change.</summary>
    internal IReadOnlyDictionary<string, Tensor> FixedState => _weights.Fixed;

    /// <summary>Everything of the stage itself that a resumed run needs, by name; the tensors belong to this.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = _weights.State();
        state.Add(LossByTimeName, LossByTime.Sums);
        return state;
    }

    /// <summary>Goes on from a saved state, after a shared trunk did.</summary>
    /// <param name="state">What <see cref="State"/> gave.</param>
    /// <param name="images">Images seen then.</param>
    /// <param name="steps">Optimiser steps taken then.</param>
    /// <param name="skipped">Steps skipped until then.</param>
    /// <param name="skippedInARow">How many of them came last.</param>
    /// <exception cref="InvalidDataException">The state is of another architecture.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state, long images, long steps, long skipped = 0, int skippedInARow = 0)
    {
        using var noGrad = no_grad();
        _weights.Restore(state, images, steps);
        if (state.ContainsKey(LossByTimeName)) _weights.Own.Copy(state, LossByTimeName, LossByTime.Sums);
        (_skipped.Count, _skipped.InARow) = (skipped, skippedInARow);
    }

    /// <summary>Optimiser steps taken.</summary>
    public long Steps => _weights.Own.Steps;

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Dispose();
        _gradient.Dispose();
        LossByTime.Dispose();
        Network.Dispose();
    }
}
