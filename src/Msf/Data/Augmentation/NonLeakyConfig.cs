namespace Msf.Data;

/// <summary>
/// Geometric changes that the network is told of, so that samples drawn without them do not show them (Karras et al. 2022, appendix F.2; the changes
/// are those of Karras et al. 2020). The model needs <c>augmentationLabels</c> of <see cref="AugmentationLabel.Size"/>. A strength of 0 leaves a change out.
/// </summary>
public sealed record NonLeakyConfig
{
    /// <summary>Probability of each change but mirroring left to right, 0 to 1; default 0.12. At 0 nothing is changed.</summary>
    public double Probability { get; init; } = 0.12;

    /// <summary>Whether half of the images are mirrored left to right, whatever the probability, unless it is 0; default on.</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>Whether half of the images that the probability chooses are mirrored top to bottom; default on.</summary>
    public bool VerticalFlip { get; init; } = true;

    /// <summary>Standard deviation of the scaling factor's logarithm to base 2, 0 to 1; default 0.2.</summary>
    public double Scale { get; init; } = 0.2;

    /// <summary>Largest rotation, of half a circle either way, 0 to 1; default 1.</summary>
    public double Rotation { get; init; } = 1;

    /// <summary>
    /// Standard deviation of the logarithm to base 2 of the factor that stretches along an axis and shrinks across it, 0 to 1; default 0.2. The
    /// axis is horizontal in half of the cases, else any.
    /// </summary>
    public double Anisotropy { get; init; } = 0.2;

    /// <summary>Standard deviation of the translation along each axis, of the image's size, 0 to 1; default 0.125.</summary>
    public double Translation { get; init; } = 0.125;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        foreach (var (name, value) in new[] { ("probability", Probability), ("scale", Scale), ("rotation", Rotation), ("anisotropy", Anisotropy), ("translation", Translation) })
            if (!(value is >= 0 and <= 1)) errors.Add($"{name} is {value}, expected 0 to 1");
        return errors;
    }
}
