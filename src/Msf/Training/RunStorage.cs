using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Writes and reads what a run keeps on disk: configuration, checkpoints and the model folder.</summary>
internal sealed class RunStorage
{
    private const string StateName = "state.json";
    private readonly RunConfig _config;
    private readonly RunFolder _run;
    private readonly IReadOnlyList<string> _classNames;
    private readonly ComputePrecision _precision;
    private readonly StageTrainer[] _stages;
    private readonly CheckpointStore _store;

    public RunStorage(RunConfig config, RunFolder run, IReadOnlyList<string> classNames, ComputePrecision precision, StageTrainer[] stages)
    {
        (_config, _run, _classNames, _precision, _stages) = (config, run, classNames, precision, stages);
        _store = new CheckpointStore(run.Checkpoints, config.Training.KeepCheckpoints);
    }

    /// <summary>Commits a checkpoint, then the model folder with its averaged weights.</summary>
    /// <returns>The checkpoint's folder.</returns>
    public string Save(TrainingState state, ComputeShares shares)
    {
        var checkpoint = _store.Save(state.Images, folder =>
        {
            File.WriteAllText(Path.Combine(folder, StateName), JsonSerializer.Serialize(state, JsonFormat.Indented));
            File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(_config, JsonFormat.Indented));
            for (var stage = 0; stage < _stages.Length; stage++)
                SafetensorsWriter.Write(Path.Combine(folder, ModelFolder.StageName(stage)), _stages[stage].State());
        });
        using var scope = NewDisposeScope();
        ModelFolder.Save(_run.Model, Manifest(state, shares), [.. _stages.Select(stage => stage.AverageState())], ScalarType.Float16);
        return checkpoint.Folder;
    }

    /// <summary>Restores all stages from the newest good checkpoint; null where there is none.</summary>
    public TrainingState? LoadNewest(Action<string> warn)
    {
        if (_store.FindNewest(warn) is not { } checkpoint) return null;
        var path = Path.Combine(checkpoint.Folder, StateName);
        var state = JsonFormat.Parse<TrainingState>(File.ReadAllText(path), path);
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            using var scope = NewDisposeScope();
            using var file = SafetensorsFile.Open(Path.Combine(checkpoint.Folder, ModelFolder.StageName(stage)));
            _stages[stage].Restore(file.ReadAll(), state.StageImages[stage], state.StageSteps[stage]);
        }
        return state;
    }

    private ModelManifest Manifest(TrainingState state, ComputeShares shares) => new()
    {
        FormatVersion = ModelManifest.CurrentFormat,
        Model = _config.Model,
        Diffusion = _config.Diffusion,
        Sampling = _config.Sampling,
        Statistics = state.Statistics,
        ClassNames = [.. _classNames],
        Training = new ModelProvenance
        {
            Data = _config.Data.Source ?? "unknown",
            ImagesPerStage = state.StageImages,
            TrainingMultiplyAdds = shares.TrainingMultiplyAdds(state.StageImages),
            Seed = _config.Training.Seed,
            Precision = _precision == ComputePrecision.BFloat16 ? "bf16" : "fp32",
            Seconds = Math.Round(state.Seconds, 1),
            Program = $"Msf {typeof(RunStorage).Assembly.GetName().Version?.ToString(3)}",
        },
    };
}
