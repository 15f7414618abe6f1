using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Writes and reads what a classifier run keeps on disk: checkpoints and the classifier's folder.</summary>
internal sealed class ClassifierStorage : IDisposable
{
    private const double ForwardsPerStep = 3;                                                 // a backward pass costs two forward ones
    private readonly ClassifierRunConfig _config;
    private readonly RunFolder _run;
    private readonly NetworkOptimizer _weights;
    private readonly CheckpointStore _store;
    private Dictionary<string, Tensor>? _copies;                                              // kept: fresh memory would be faulted in anew each time

    internal ClassifierStorage(ClassifierRunConfig config, RunFolder run, NetworkOptimizer weights)
    {
        (_config, _run, _weights) = (config, run, weights);
        _store = new CheckpointStore(run.Checkpoints, config.Training.KeepCheckpoints, config.Training.KeepEveryImages);
    }

    /// <summary>The folder of a checkpoint.</summary>
    internal string FolderOf(long images) => _store.FolderOf(images);

    /// <summary>Takes the memory of the copies, on the thread that will dispose of them.</summary>
    internal void Prepare() => _copies ??= _weights.State().ToDictionary(pair => pair.Key, pair => empty(pair.Value.shape, dtype: pair.Value.dtype).DetachFromDisposeScope());

    /// <summary>Copies all tensors, over the copies of the save before, whose writing must be over.</summary>
    /// <param name="state">The scalars of the checkpoint.</param>
    /// <returns>Commits the checkpoint, then the classifier's folder with the averaged weights, from the copies.</returns>
    internal Action Copy(ClassifierTrainingState state)
    {
        var copies = _copies ?? throw new InvalidOperationException("the copies have no memory yet; call Prepare before.");
        using var noGradient = no_grad();
        foreach (var (name, tensor) in _weights.State()) copies[name].copy_(tensor);
        var average = _weights.Unflatten(copies["average"]);
        return () => Write(state, copies, average);
    }

    /// <summary>Restores the network from a checkpoint.</summary>
    internal void Load(SavedClassifierRun saved)
    {
        using var scope = NewDisposeScope();
        using var tensors = SafetensorsFile.Open(Path.Combine(saved.Folder, ClassifierFolder.WeightsName));
        _weights.Restore(tensors.ReadAll(), saved.State.OptimizerSteps);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _copies?.Values ?? Enumerable.Empty<Tensor>()) tensor.Dispose();
        _copies = null;
    }

    private void Write(ClassifierTrainingState state, Dictionary<string, Tensor> copies, Dictionary<string, Tensor> average)
    {
        SavedCheckpoint.Save(_store, _run, state.Images, _config, state, [(ClassifierFolder.WeightsName, copies)]);
        ClassifierFolder.Save(_run.Model, Manifest(state), average, ScalarType.Float16);
    }

    private ClassifierManifest Manifest(ClassifierTrainingState state) => new()
    {
        FormatVersion = ClassifierManifest.CurrentFormat,
        Name = _config.Name,
        Size = _config.Size,
        Classifier = _config.Classifier,
        ClassNames = state.ClassNames,
        HeldOut = state.HeldOut,
        HeldOutAccuracy = state.HeldOut.Accuracy,
        Training = new ModelProvenance
        {
            Data = _config.Data.PublicName,
            ImagesPerStage = [state.Images],
            TrainingMultiplyAdds = ForwardsPerStep * state.Images * ClassifierCost.Of(_config.Classifier, _config.Size).MultiplyAdds,
            Seed = _config.Training.Seed,
            Precision = _config.Training.Precision.ToName(),
            Seconds = Math.Round(state.Seconds, 1),
            Program = RunEnvironment.CurrentProgram,
        },
    };
}
