using System.Text.Json;
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
    private readonly StageTrainer[] _stages;
    private readonly ParameterGroup? _trunk;
    private readonly CheckpointStore _store;
    private readonly RunLatents? _latents;
    private readonly IReadOnlyList<string> _names;                                            // of the files, in the order of the parts
    private Dictionary<string, Tensor>[]? _copies;                                            // kept: fresh memory would be faulted in anew each time

    public RunStorage(RunConfig config, RunFolder run, ComputeShares shares, StageTrainer[] stages, ParameterGroup? trunk, RunLatents? latents)
    {
        (_config, _run, _shares, _stages, _trunk, _latents) = (config, run, shares, stages, trunk, latents);
        _names = ModelFolder.WeightNames(config.Model);
        _store = new CheckpointStore(run.Checkpoints, config.Training.KeepCheckpoints, config.Training.KeepEveryImages);
    }

    /// <summary>The folder of a checkpoint.</summary>
    public string FolderOf(long images) => _store.FolderOf(images);

    /// <summary>Takes the memory of the copies, on the thread that will dispose of them.</summary>
    public void Prepare() => _copies ??= [.. Parts().Select(part => part.ToDictionary(
        pair => pair.Key, pair => empty(pair.Value.shape, dtype: pair.Value.dtype).DetachFromDisposeScope()))];

    /// <summary>Copies all stages, over the copies of the save before, whose writing must be over.</summary>
    /// <param name="state">The scalars of the checkpoint.</param>
    /// <returns>Commits the checkpoint, then the model folder with its averaged weights, from the copies.</returns>
    public Action Copy(TrainingState state)
    {
        var parts = _copies ?? throw new InvalidOperationException("the copies have no memory yet; call Prepare before.");
        foreach (var (part, copies) in Parts().Zip(parts))
        {
            using var noGrad = no_grad();
            foreach (var (name, tensor) in part) copies[name].copy_(tensor);
        }
        var (trunk, own) = _trunk is null ? (null, parts) : (parts[0]["average"], parts[1..]);
        var averages = _stages.Select((stage, i) => stage.AverageState(own[i]["average"], trunk)).ToArray();
        return () => Write(state, parts, averages);
    }

    // A shared trunk, and the stages.
    private IEnumerable<IReadOnlyDictionary<string, Tensor>> Parts() => [.. _trunk is null ? [] : new[] { _trunk.State() }, .. _stages.Select(stage => stage.State())];

    private void Write(TrainingState state, Dictionary<string, Tensor>[] parts, Dictionary<string, Tensor>[] averages)
    {
        if (File.Exists(_run.Metrics)) DiskSync.File(_run.Metrics);                           // no checkpoint outlives the lines before it
        _store.Save(state.Images, folder =>
        {
            File.WriteAllText(Path.Combine(folder, SavedRun.StateName), JsonSerializer.Serialize(state, JsonFormat.Indented));
            File.WriteAllText(Path.Combine(folder, SavedRun.ConfigName), JsonSerializer.Serialize(_config, JsonFormat.Indented));
            foreach (var (name, part) in _names.Zip(parts)) SafetensorsWriter.Write(Path.Combine(folder, name), part);
        });
        ModelFolder.Save(_run.Model, Manifest(state), averages, ScalarType.Float16, _latents?.Folder);
    }

    /// <summary>Restores all stages from a checkpoint.</summary>
    public void Load(SavedRun saved)
    {
        if (_trunk is not null)
        {
            using var scope = NewDisposeScope();
            using var file = SafetensorsFile.Open(Path.Combine(saved.Folder, ModelFolder.TrunkName));
            _trunk.Restore(file.ReadAll(), saved.State.StageImages.Sum(), saved.State.StageSteps.Sum());
        }
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            using var scope = NewDisposeScope();
            using var file = SafetensorsFile.Open(Path.Combine(saved.Folder, ModelFolder.StageName(stage)));
            var state = saved.State;
            _stages[stage].Restore(
                file.ReadAll(), state.StageImages[stage], state.StageSteps[stage], state.StageSkipped?[stage] ?? 0, state.StageSkippedInARow?[stage] ?? 0);
        }
    }

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
