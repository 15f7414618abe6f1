using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Writes and reads what an autoencoder run keeps on disk: checkpoints and the autoencoder's folder.</summary>
internal sealed class AutoencoderStorage : IDisposable
{
    private readonly AutoencoderRunConfig _config;
    private readonly RunFolder _run;
    private readonly AutoencoderLearner _learner;
    private readonly CheckpointStore _store;
    private Dictionary<string, Dictionary<string, Tensor>>? _copies;                          // by file; kept: fresh memory would be faulted in anew each time

    internal AutoencoderStorage(AutoencoderRunConfig config, RunFolder run, AutoencoderLearner learner)
    {
        (_config, _run, _learner) = (config, run, learner);
        _store = new CheckpointStore(run.Checkpoints, config.Training.KeepCheckpoints, config.Training.KeepEveryImages);
    }

    private IEnumerable<(string File, NetworkOptimizer Optimizer)> Parts =>
        new[] { (SavedAutoencoderRun.WeightsName, (NetworkOptimizer?)_learner.Weights), (SavedAutoencoderRun.DiscriminatorName, _learner.DiscriminatorWeights) }
            .Where(part => part.Item2 is not null).Select(part => (part.Item1, part.Item2!));

    /// <summary>The folder of a checkpoint.</summary>
    internal string FolderOf(long images) => _store.FolderOf(images);

    /// <summary>Takes the memory of the copies, on the thread that will dispose of them.</summary>
    internal void Prepare() => _copies ??= Parts.ToDictionary(part => part.File, part => part.Optimizer.State().ToDictionary(
        pair => pair.Key, pair => empty(pair.Value.shape, dtype: pair.Value.dtype).DetachFromDisposeScope()));

    /// <summary>Copies all tensors, over the copies of the save before, whose writing must be over.</summary>
    /// <param name="state">The scalars of the checkpoint.</param>
    /// <returns>Commits the checkpoint, then the autoencoder's folder with the averaged weights, from the copies.</returns>
    internal Action Copy(AutoencoderTrainingState state)
    {
        var copies = _copies ?? throw new InvalidOperationException("the copies have no memory yet; call Prepare before.");
        using var noGradient = no_grad();
        foreach (var (file, optimizer) in Parts)
            foreach (var (name, tensor) in optimizer.State()) copies[file][name].copy_(tensor);
        var average = _learner.Weights.Unflatten(copies[SavedAutoencoderRun.WeightsName]["average"]);
        return () => Write(state, copies, average);
    }

    /// <summary>Restores all networks from a checkpoint.</summary>
    internal void Load(SavedAutoencoderRun saved)
    {
        foreach (var (file, optimizer) in Parts)
        {
            using var scope = NewDisposeScope();
            using var tensors = SafetensorsFile.Open(Path.Combine(saved.Folder, file));
            optimizer.Restore(tensors.ReadAll(), file == SavedAutoencoderRun.WeightsName ? saved.State.OptimizerSteps : saved.State.DiscriminatorSteps);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _copies?.Values.SelectMany(file => file.Values) ?? []) tensor.Dispose();
        _copies = null;
    }

    private void Write(AutoencoderTrainingState state, Dictionary<string, Dictionary<string, Tensor>> copies, Dictionary<string, Tensor> average)
    {
        SavedCheckpoint.Save(_store, _run, state.Images, _config, state, copies.Select(file => (file.Key, file.Value)));
        AutoencoderFolder.Save(_run.Autoencoder, state.Latents.Apply(_config.Autoencoder), average, _config.Name, Source(state), ScalarType.Float16);
    }

    private string Source(AutoencoderTrainingState state) =>
        FormattableString.Invariant($"trained by {RunEnvironment.CurrentProgram} on {state.Images} images of {_config.Data.PublicName}, seed {_config.Training.Seed}");
}
