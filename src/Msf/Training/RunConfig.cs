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

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. Model.Validate().Select(error => $"model: {error}"),
        .. Diffusion.Validate().Select(error => $"diffusion: {error}"),
        .. Sampling.Validate(Model.Stages.Length).Select(error => $"sampling: {error}"),
        .. Data.Validate(Model.Classes).Select(error => $"data: {error}"),
        .. Training.Validate(Model.Stages.Length).Select(error => $"training: {error}"),
        .. BaseIsTooShort(),
        .. LabelsDoNotFit(),
        .. WeakerModelIsMissing(),
    ];

    private IEnumerable<string> WeakerModelIsMissing() =>
        Sampling.Stages.Any(stage => stage.Guidance.Source == GuidanceSource.WeakerModel)
            ? ["sampling: guidance.source is WeakerModel, and a run's sample sheets have none; take NullClass here, and msf sample --guide DIR afterwards"]
            : [];

    private IEnumerable<string> LabelsDoNotFit()
    {
        if (Data.Augmentation.NonLeaky is not null && Model.AugmentationLabels != AugmentationLabel.Size)
            yield return $"data: augmentation.nonLeaky gives labels of {AugmentationLabel.Size} numbers, the model takes {Model.AugmentationLabels}; set model.augmentationLabels to {AugmentationLabel.Size}";
    }

    private IEnumerable<string> BaseIsTooShort()
    {
        if (Training.InitializeFromBaseAfterImages is not { } after || Model.Validate().Count > 0 || Training.Validate(Model.Stages.Length).Count > 0) yield break;
        var images = new ComputeShares(Model, Training).ImagesPerStage(Training.MaxImages)[0];
        if (after > images)
            yield return $"training: initializeFromBaseAfterImages is {after}, and the base sees {images} images in all; give fewer, or a longer run";
    }
}
