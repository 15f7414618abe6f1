namespace Msf.Data;

/// <summary>
/// How large a part <see cref="AugmentationConfig.RandomResizedCrop"/> cuts out, as the usual transform of that name defines it (Szegedy et al.
/// 2015, section 6). Leaky: the model learns to draw parts of images.
/// </summary>
public sealed record RandomResizedCropConfig
{
    /// <summary>Least and largest share of the image's area, [least, largest], above 0 and at most 1; default [0.08, 1].</summary>
    public double[] Scale { get; init; } = [0.08, 1];

    /// <summary>Least and largest width over height, [least, largest], spread evenly in the logarithm; default [3/4, 4/3].</summary>
    public double[] Ratio { get; init; } = [3.0 / 4, 4.0 / 3];

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!IsRange(Scale) || Scale[1] > 1) errors.Add($"scale is [{string.Join(", ", Scale)}], expected [least, largest] share of the area, above 0 and at most 1");
        if (!IsRange(Ratio)) errors.Add($"ratio is [{string.Join(", ", Ratio)}], expected [least, largest] width over height, both above 0");
        return errors;
    }

    private static bool IsRange(double[] values) =>
        values is [> 0 and var least, var largest] && least <= largest && double.IsFinite(largest);
}
