using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>What the stages of a run start from, where it is not fresh weights: another model, or the base of the run itself.</summary>
internal sealed class StageInitialization
{
    private readonly RunConfig _config;
    private readonly IReadOnlyList<StageTrainer> _stages;

    /// <summary>Takes the stages of a run.</summary>
    /// <param name="config">The run.</param>
    /// <param name="stages">Its stages, coarse to fine.</param>
    internal StageInitialization(RunConfig config, IReadOnlyList<StageTrainer> stages) => (_config, _stages) = (config, stages);

    /// <summary>Starts the stages from another model; what each takes and leaves is told in a line. A shared trunk is taken with the first stage that takes anything.</summary>
    /// <exception cref="InvalidDataException">The model is broken, has no such stage, or nothing that fits.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such model.</exception>
    internal void FromModel(InitialWeightsConfig initial, Action<string> tell)
    {
        var (manifest, networks) = ModelFolder.Read(initial.Model);
        try
        {
            var withTrunk = _config.Model.SharedTrunk;
            for (var stage = 0; stage < _stages.Count; stage++)
            {
                var source = initial.Source(stage);
                if (source == InitialWeightsConfig.None) continue;
                if (source >= networks.Length)
                    throw new InvalidDataException($"{initial.Model} has {networks.Length} stages, there is no stage {source} for stage {stage} to take; set training.initialWeights.stages.");
                var what = $"stage {source} of {manifest.Model.Name}";
                tell(_stages[stage].Initialize(StateDictLoader.Extract(networks[source]), what, withFixed: true, withTrunk).Describe(stage, what));
                withTrunk = false;
            }
        }
        finally
        {
            foreach (var network in networks) network.Dispose();
        }
    }

    /// <summary>Starts a stage from the base, where that is asked for and the stage has not been trained yet.</summary>
    internal void FromBase(int stage)
    {
        if (StartsFromBase(stage)) _stages[stage].Initialize(_stages[0].Weights(), "the base", withFixed: false);
    }

    /// <summary>Tells what the stages above the base will take of it.</summary>
    /// <exception cref="InvalidDataException">One of them can take nothing.</exception>
    internal void TellWhatStartsFromBase(Action<string> tell)
    {
        using var scope = NewDisposeScope();
        for (var stage = 0; stage < _stages.Count; stage++)
        {
            if (!StartsFromBase(stage)) continue;
            var what = $"the base after its first {_config.Training.InitializeFromBaseAfterImages:N0} images";
            tell(WeightTransfer.Plan(WeightTransfer.Shapes(_stages[0].Weights()), WeightTransfer.Shapes(_stages[stage].Weights()), what).Describe(stage, what));
        }
    }

    private bool StartsFromBase(int stage) => stage > 0 && _config.Training.InitializeFromBaseAfterImages is not null && _stages[stage].Images == 0;
}
