using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Writes and reads what a run keeps on disk: configuration, checkpoints and the model folder.</summary>
internal sealed class RunStorage : IDisposable
{
    private readonly RunConfig _config;
    private readonly RunFolder _run;
    private readonly ComputeShares _shares;
    private readonly RunStages _stages;
    private readonly CheckpointStore _store;
    private readonly RunLatents? _latents;
    private Dictionary<string, Tensor>[]? _copies;                                            // kept: fresh memory would be faulted in anew each time

    public RunStorage(RunConfig config, RunFolder run, ComputeShares shares, RunStages stages, RunLatents? latents)
    {
        (_config, _run, _shares, _stages, _latents) = (config, run, shares, stages, latents);
        _store = new CheckpointStore(run.Checkpoints, config.Training.KeepCheckpoints, config.Training.KeepEveryImages);
    }

    /// <summary>The folder of a checkpoint.</summary>
    public string FolderOf(long images) => _store.FolderOf(images);

    /// <summary>Takes the memory of the copies, on the thread that will dispose of them.</summary>
    public void Prepare() => _copies ??= [.. _stages.States().Select(part => part.ToDictionary(
        pair => pair.Key, pair => empty(pair.Value.shape, dtype: pair.Value.dtype).DetachFromDisposeScope()))];

    /// <summary>Copies all stages, over the copies of the save before, whose writing must be over.</summary>
    /// <param name="state">The scalars of the checkpoint.</param>
    /// <returns>Commits the checkpoint, then the model folder with its averaged weights, from the copies.</returns>
    public Action Copy(TrainingState state)
    {
        var parts = _copies ?? throw new InvalidOperationException("the copies have no memory yet; call Prepare before.");
        foreach (var (part, copies) in _stages.States().Zip(parts))
        {
            using var noGrad = no_grad();
            foreach (var (name, tensor) in part) copies[name].copy_(tensor);
        }
        var averages = _stages.Averages(parts);
        return () => Write(state, parts, averages);
    }

    private void Write(TrainingState state, Dictionary<string, Tensor>[] parts, Dictionary<string, Tensor>[] averages)
    {
        SavedCheckpoint.Save(_store, _run, state.Images, _config, state, _stages.Files.Zip(parts));
        ModelFolder.Save(_run.Model, Manifest(state), averages, ScalarType.Float16, _latents?.Folder);
    }

    /// <summary>Restores all stages from a checkpoint.</summary>
    public void Load(SavedRun saved) => _stages.Restore(saved.State, name =>
    {
        using var file = SafetensorsFile.Open(Path.Combine(saved.Folder, name));
        return file.ReadAll();
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _copies?.SelectMany(stage => stage.Values) ?? []) tensor.Dispose();
        _copies = null;
    }

    /// <summary>The model as it is at a state.</summary>
    public ModelManifest Manifest(TrainingState state) => new()
    {
        FormatVersion = ModelManifest.CurrentFormat,
        Model = _config.Model,
        Diffusion = _config.Diffusion,
        Sampling = _config.Sampling,
        Statistics = state.Statistics,
        ClassNames = state.ClassNames!,
        AutoencoderIdentity = state.AutoencoderIdentity,
        Distillation = _config.Distillation is { } distilled
            ? new ModelDistillation { Teacher = distilled.TeacherName, TeacherIdentity = distilled.TeacherIdentity, Windows = distilled.Windows, Guidance = distilled.Guidance }
            : null,
        Training = new ModelProvenance
        {
            Data = _config.Data.PublicName,
            ImagesPerStage = state.StageImages,
            TrainingMultiplyAdds = _shares.TrainingMultiplyAdds(state.StageImages),
            Seed = _config.Training.Seed,
            Precision = _config.Training.Precision.ToName(),
            Seconds = Math.Round(state.Seconds, 1),
            Program = RunEnvironment.CurrentProgram,
        },
    };
}
