using Msf.Models;

namespace Msf.Training;

/// <summary>A run that trains a classifier: what is trained, how and on what. A preset with a member <c>classifier</c> is one of these in a file.</summary>
public sealed record ClassifierRunConfig
{
    /// <summary>Name shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>Side of the training images in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Architecture.</summary>
    public required ClassifierConfig Classifier { get; init; }

    /// <summary>Share of the target that goes to all classes alike (Szegedy et al. 2016), 0 to below 1; default 0.1.</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>What it is judged by; default a tenth of every class.</summary>
    public HeldOutConfig HeldOut { get; init; } = new();

    /// <summary>Images.</summary>
    public DataConfig Data { get; init; } = new();

    /// <summary>Optimisation, precision, checkpoints. What concerns the stages of a diffusion model is refused.</summary>
    public required TrainingConfig Training { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Name)) errors.Add("name is empty; give the classifier one");
        errors.AddRange(Classifier.Validate().Select(error => $"classifier: {error}"));
        if (!(LabelSmoothing is >= 0 and < 1)) errors.Add($"labelSmoothing is {LabelSmoothing}, expected 0 to below 1");
        errors.AddRange(HeldOut.Validate().Select(error => $"heldOut: {error}"));
        errors.AddRange(Data.Validate(Classifier.Classes).Select(error => $"data: {error}"));
        errors.AddRange(Training.Validate(stages: 1).Select(error => $"training: {error}"));
        if (errors.Count > 0) return errors;
        if (Size < ImageClassifier.LeastSide(Classifier) || Size > 8192) errors.Add($"size is {Size}, expected {ImageClassifier.LeastSide(Classifier)} (of the classifier's levels) to 8192");
        errors.AddRange(OfOtherRuns());
        return errors;
    }

    private IEnumerable<string> OfOtherRuns()
    {
        if (Data.Buckets is not null) yield return "data: buckets are for diffusion models, a classifier is trained on squares and takes images of any size all the same; remove buckets";
        if (Data.Autoencoder is not null) yield return "data: autoencoder makes latents, and a classifier looks at images; remove it";
        foreach (var name in Training.SetForStages()) yield return $"training: {name} has no meaning for a classifier; remove it";
    }
}
