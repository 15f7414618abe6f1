namespace Msf.Training;

/// <summary>
/// Averages tracked beside the ordinary one so that the width of an average can be chosen after training (Karras et al. 2024, section 3).
/// </summary>
public sealed record PostHocEmaConfig
{
    /// <summary>Relative widths sigma_rel of the tracked averages; more than one. Default 0.05 and 0.10, the paper's.</summary>
    public double[] RelativeWidths { get; init; } = [0.05, 0.10];

    /// <summary>
    /// Images of the run between two snapshots of the averages; the end of the run makes one more. A snapshot takes 4 bytes a parameter and width.
    /// </summary>
    public long SnapshotEveryImages { get; init; } = 50_000;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (RelativeWidths.Length < 2 || RelativeWidths.Distinct().Count() != RelativeWidths.Length)
            errors.Add($"relativeWidths is [{string.Join(", ", RelativeWidths)}], expected at least two that differ, for example [0.05, 0.10]");
        foreach (var width in RelativeWidths.Where(width => !(width is > 0 and <= PowerFunctionProfile.WidestRelativeWidth)))
            errors.Add($"relativeWidths has {width}, expected above 0, at most {PowerFunctionProfile.WidestRelativeWidth}");
        if (SnapshotEveryImages < 1) errors.Add($"snapshotEveryImages is {SnapshotEveryImages}, expected at least 1");
        return errors;
    }
}
