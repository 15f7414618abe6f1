using Msf.Autoencoders;

namespace Msf.Training;

/// <summary>A run that trains an autoencoder: what is trained, for what, how and on what. A preset with a member <c>autoencoder</c> is one of these in a file.</summary>
public sealed record AutoencoderRunConfig
{
    /// <summary>Name shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>Side of the training images in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Family and architecture. Scale and shift are measured, so they are left out here.</summary>
    public required AutoencoderConfig Autoencoder { get; init; }

    /// <summary>What it is trained for.</summary>
    public AutoencoderLossConfig Loss { get; init; } = new();

    /// <summary>Images.</summary>
    public DataConfig Data { get; init; } = new();

    /// <summary>Optimisation, precision, checkpoints. What concerns the stages of a diffusion model is refused.</summary>
    public required TrainingConfig Training { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Name)) errors.Add("name is empty; give the autoencoder one");
        errors.AddRange(Autoencoder.Validate().Select(error => $"autoencoder: {error}"));
        errors.AddRange(Loss.Validate().Select(error => $"loss: {error}"));
        errors.AddRange(Data.Validate(Data.Classes?.Length ?? 0).Select(error => $"data: {error}"));
        errors.AddRange(Training.Validate(stages: 1).Select(error => $"training: {error}"));
        if (errors.Count > 0) return errors;
        errors.AddRange(OfTheArchitecture().Select(error => $"autoencoder: {error}"));
        errors.AddRange(OfTheLoss().Select(error => $"loss: {error}"));
        errors.AddRange(OfOtherRuns());
        return errors;
    }

    private IEnumerable<string> OfTheArchitecture()
    {
        if (Autoencoder.Kl is not { } kl)
        {
            yield return $"kind is {Autoencoder.Kind}, and only kl is trained here; set autoencoder.kind and autoencoder.kl";
            yield break;
        }
        if (kl.InputChannels != 3 || kl.OutputChannels != 3) yield return $"inputChannels is {kl.InputChannels} and outputChannels {kl.OutputChannels}, images have 3";
        if (Autoencoder.Scale != 1 || Autoencoder.Shift != 0) yield return "scale and shift are measured when training saves; remove them";
        if (Size < 1 || Size % Autoencoder.Factor != 0) yield return $"size is {Size}, expected a multiple of the factor {Autoencoder.Factor}";
        if (!kl.Distribution && Loss.Kl > 0) yield return "distribution is false, so there is no divergence to weigh; set loss.kl to 0";
    }

    private IEnumerable<string> OfTheLoss()
    {
        foreach (var factor in Loss.ScaleEquivariance?.Factors.Where(factor => Size / Autoencoder.Factor % factor != 0) ?? [])
            yield return $"scaleEquivariance.factors has {factor}, and a latent has {Size / Autoencoder.Factor} values a side, which is no multiple of it";
        if (Loss.Discriminator is { } discriminator && Size < PatchDiscriminator.LeastSide(discriminator.Layers))
            yield return $"discriminator.layers is {discriminator.Layers}, which needs images of {PatchDiscriminator.LeastSide(discriminator.Layers)} pixels, and size is {Size}";
    }

    private IEnumerable<string> OfOtherRuns()
    {
        if (Data.Augmentation.NonLeaky is not null) yield return "data: augmentation.nonLeaky tells a diffusion model what was changed, and an autoencoder takes no such labels; use horizontalFlip or randomResizedCrop";
        if (Data.Autoencoder is not null) yield return "data: autoencoder makes latents, and an autoencoder is trained on images; remove it";
        if (Data.Buckets is not null) yield return "data: buckets are for diffusion models, an autoencoder is trained on squares and takes images of any size all the same; remove buckets";
        foreach (var name in Training.SetForStages()) yield return $"training: {name} has no meaning for an autoencoder; remove it";
    }
}
