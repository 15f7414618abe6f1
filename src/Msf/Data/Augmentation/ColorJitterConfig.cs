namespace Msf.Data;

/// <summary>
/// How far <see cref="AugmentationConfig.ColorJitter"/> changes colours, as the usual transform of that name defines it: each change by a random
/// amount, in random order. Leaky: the model learns the changed colours.
/// </summary>
public sealed record ColorJitterConfig
{
    /// <summary>Values are multiplied by 1 - x to 1 + x, never by less than 0; default 0, which changes nothing.</summary>
    public double Brightness { get; init; }

    /// <summary>Distances from the image's mean grey are multiplied by 1 - x to 1 + x, never by less than 0; default 0.</summary>
    public double Contrast { get; init; }

    /// <summary>Distances from each pixel's grey are multiplied by 1 - x to 1 + x, never by less than 0; default 0.</summary>
    public double Saturation { get; init; }

    /// <summary>Hues are turned by -x to x circles; 0 to 0.5, default 0.</summary>
    public double Hue { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        foreach (var (name, value) in new[] { ("brightness", Brightness), ("contrast", Contrast), ("saturation", Saturation) })
            if (!(value >= 0 && double.IsFinite(value))) errors.Add($"{name} is {value}, expected at least 0");
        if (!(Hue is >= 0 and <= 0.5)) errors.Add($"hue is {Hue}, expected 0 to 0.5 circles");
        return errors;
    }
}
