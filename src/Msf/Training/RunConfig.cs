using System.Text.Json.Serialization;
using Msf.Data;
using Msf.Diffusion;
using Msf.Models;
using Msf.Sampling;

namespace Msf.Training;

/// <summary>A whole run: what is trained, how, on what, and how its samples are drawn. A preset is one of these in a file.</summary>
public sealed record RunConfig
{
    /// <summary>Architecture.</summary>
    public required ModelConfig Model { get; init; }

    /// <summary>Path, prediction, time sampling, condition noise.</summary>
    public DiffusionConfig Diffusion { get; init; } = new();

    /// <summary>Sampling settings: those of the sample sheets, and the defaults of the trained model.</summary>
    public required SamplingConfig Sampling { get; init; }

    /// <summary>Images.</summary>
    public DataConfig Data { get; init; } = new();

    /// <summary>Optimisation, precision, checkpoints.</summary>
    public required TrainingConfig Training { get; init; }

    /// <summary>The model that this run distils; null, the default, trains on data alone. <see cref="DistillationPlan"/> makes one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DistillationConfig? Distillation { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. Model.Validate().Select(error => $"model: {error}"),
        .. Diffusion.Validate().Select(error => $"diffusion: {error}"),
        .. Sampling.Validate(Model.Stages.Length).Select(error => $"sampling: {error}"),
        .. Data.Validate(Model.Classes).Select(error => $"data: {error}"),
        .. Training.Validate(Model.Stages.Length).Select(error => $"training: {error}"),
        .. StepsDoNotFit(),
        .. BaseIsTooShort(),
        .. LabelsDoNotFit(),
        .. WeakerModelIsMissing(),
        .. DistillationDoesNotFit(),
        .. SharesDoNotFit(),
    ];

    /// <summary>What is allowed and hardly meant, one line each: stages whose patches hold more numbers than the network has channels, so that no noise can pass it.</summary>
    public IReadOnlyList<string> Cautions() => Diffusion.Prediction == PredictionKind.Data
        ? []
        :
        [
            .. Model.Stages.Select((stage, index) => (stage.Width, Index: index, Numbers: Model.Channels * stage.PatchSize * stage.PatchSize))
                .Where(stage => stage.Numbers > stage.Width)
                .Select(stage => $"model: a patch of stage {stage.Index} holds {stage.Numbers} numbers and its width is {stage.Width}, too few channels for the noise that a "
                    + "prediction of velocity or noise holds; take a smaller patch, a larger width, or diffusion.prediction=data."),
        ];

    private IEnumerable<string> StepsDoNotFit()
    {
        if (!Enum.IsDefined(Diffusion.Path)) yield break;
        var most = TimeGrid.MostSteps(Diffusion.Path);
        for (var stage = 0; stage < Sampling.Stages.Length; stage++)
            if (Sampling.Stages[stage].Steps > most)
                yield return $"sampling: stage {stage} takes {Sampling.Stages[stage].Steps} steps, and this path has {most} discrete ones; take at most as many";
    }

    // With a share of 0 a stage keeps its own weights, and the trunk leaves them behind.
    private IEnumerable<string> SharesDoNotFit()
    {
        if (!Model.SharedTrunk || Model.Stages.Length != Training.StageShares?.Length) yield break;
        var idle = Array.FindIndex(Training.StageShares, share => share == 0);
        if (idle < 0) yield break;
        yield return Distillation is null
            ? $"training: stageShares gives stage {idle} nothing, and with model.sharedTrunk it would change with the others and not learn; give every stage a share"
            : $"distillation: stage {idle} is to stay the teacher's, and with model.sharedTrunk it would change with the others; give every stage windows";
    }

    private IEnumerable<string> WeakerModelIsMissing() =>
        Sampling.Stages.Any(stage => stage.Guidance.Source == GuidanceSource.WeakerModel)
            ? ["sampling: guidance.source is WeakerModel, and a run's sample sheets have none; take NullClass here, and msf sample --guide DIR afterwards"]
            : [];

    private IEnumerable<string> LabelsDoNotFit()
    {
        if (Data.Augmentation.NonLeaky is not null && Model.AugmentationLabels != AugmentationLabel.Size)
            yield return $"data: augmentation.nonLeaky gives labels of {AugmentationLabel.Size} numbers, the model takes {Model.AugmentationLabels}; set model.augmentationLabels to {AugmentationLabel.Size}";
    }

    private IEnumerable<string> DistillationDoesNotFit()
    {
        var errors = Distillation?.Validate(Model.Stages.Length, Diffusion) ?? [];
        foreach (var error in errors) yield return $"distillation: {error}";
        if (errors.Count > 0 || Sampling.Stages.Length != Model.Stages.Length) yield break;
        var windows = Distillation?.Windows ?? new int[Model.Stages.Length];
        for (var stage = 0; stage < windows.Length; stage++)
            if ((Sampling.Stages[stage].Windows ?? 0) != windows[stage])
                yield return $"sampling: stage {stage} has windows {Sampling.Stages[stage].Windows ?? 0}, and distillation.windows says {windows[stage]}; make them agree";
        if (Distillation?.Start == WindowStart.Noise && Training.BatchSize < windows.Max())
            yield return $"training: batchSize is {Training.BatchSize}, and with distillation.start noise a batch follows its ways through {windows.Max()} windows; give at least as many images";
        if (Distillation is not null && Data.Augmentation.NonLeaky is not null)
            yield return "data: augmentation.nonLeaky is told to a network, and a teacher is not told; leave it out";
    }

    private IEnumerable<string> BaseIsTooShort()
    {
        if (Training.InitializeFromBaseAfterImages is not { } after || Model.Validate().Count > 0 || Training.Validate(Model.Stages.Length).Count > 0) yield break;
        var images = new ComputeShares(this).ImagesPerStage(Training.MaxImages)[0];
        if (after > images)
            yield return $"training: initializeFromBaseAfterImages is {after}, and the base sees {images} images in all; give fewer, or a longer run";
    }
}
