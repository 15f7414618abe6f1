using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>The stages that a run trains, and the trunk where they share one.</summary>
internal sealed class RunStages : IDisposable
{
    private readonly StageTrainer[] _stages;

    /// <summary>Builds networks and optimisers; initial weights are drawn from the global generator.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="images">Images that every stage will see.</param>
    /// <param name="precision">Type of the products.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="teacher">What is distilled, or null.</param>
    internal RunStages(RunConfig config, long[] images, ComputePrecision precision, Device device, DistillationTeacher? teacher)
    {
        _stages = new StageTrainer[images.Length];
        for (var stage = 0; stage < images.Length; stage++)
        {
            var network = new DiffusionTransformer(config.Model.Transformer(stage));
            network.to(device);
            if (config.Model.SharedTrunk) Trunk ??= new ParameterGroup(network, SharedTrunk.Holds, config.Training, images.Sum());
            var window = teacher?.Of(stage, precision.ToScalarType());
            var loss = new StageLoss(config.Diffusion, config.Model.Classes, window?.Path);
            _stages[stage] = new StageTrainer(network, loss, config.Training, precision.ToScalarType(), images[stage], stage, Trunk) { Teacher = window };
        }
        Files = ModelFolder.WeightNames(config.Model);
    }

    /// <summary>The stages, coarse to fine.</summary>
    internal IReadOnlyList<StageTrainer> All => _stages;

    /// <summary>What they share; null where each has a trunk of its own.</summary>
    internal ParameterGroup? Trunk { get; }

    /// <summary>Names of the files that hold the parts: of a shared trunk first, then of the stages.</summary>
    internal IReadOnlyList<string> Files { get; }

    /// <summary>While a stage skips steps, its weights may be what makes them fail: they shall not take the place of good ones.</summary>
    internal bool InDoubt => _stages.Any(stage => stage.SkippedInARow > 0);

    /// <summary>Everything of every part that a resumed run needs, in the order of <see cref="Files"/>.</summary>
    internal IReadOnlyList<IReadOnlyDictionary<string, Tensor>> States() =>
        [.. Trunk is null ? [] : new[] { Trunk.State() }, .. _stages.Select(stage => stage.State())];

    /// <summary>Averages from which one of any width can be built later, and what is not trained, in the order of <see cref="Files"/>.</summary>
    internal IReadOnlyList<(IReadOnlyList<PowerFunctionAverage> Averages, IReadOnlyDictionary<string, Tensor> Fixed)> PostHocAverages() =>
    [
        .. Trunk is null ? [] : new[] { (Trunk.PostHocAverages, (IReadOnlyDictionary<string, Tensor>)new Dictionary<string, Tensor>()) },
        .. _stages.Select(stage => (stage.PostHocAverages, stage.FixedState)),
    ];

    /// <summary>The averaged weights of every stage, under the keys of its network.</summary>
    /// <param name="copies">Copies of <see cref="States"/>.</param>
    /// <returns>Views of the copies, owned by the caller's dispose scope, and tensors that never change.</returns>
    internal Dictionary<string, Tensor>[] Averages(IReadOnlyList<Dictionary<string, Tensor>> copies)
    {
        var trunk = Trunk is null ? null : copies[0]["average"];
        return [.. _stages.Zip(copies.Skip(Trunk is null ? 0 : 1), (stage, copy) => stage.AverageState(copy["average"], trunk))];
    }

    /// <summary>Goes on from what a checkpoint holds.</summary>
    /// <param name="state">Its scalars.</param>
    /// <param name="read">Reads one of <see cref="Files"/>.</param>
    /// <exception cref="InvalidDataException">Its tensors are not of this architecture.</exception>
    internal void Restore(TrainingState state, Func<string, IReadOnlyDictionary<string, Tensor>> read)
    {
        using (NewDisposeScope()) Trunk?.Restore(read(ModelFolder.TrunkName), state.StageImages.Sum(), state.StageSteps.Sum());
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            using var scope = NewDisposeScope();
            _stages[stage].Restore(
                read(ModelFolder.StageName(stage)), state.StageImages[stage], state.StageSteps[stage], state.StageSkipped?[stage] ?? 0, state.StageSkippedInARow?[stage] ?? 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stage in _stages) stage.Dispose();
        Trunk?.Dispose();
    }
}
