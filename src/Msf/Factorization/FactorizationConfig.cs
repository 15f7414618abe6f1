namespace Msf.Factorization;

/// <summary>How a target is split into components (Xu et al. 2025, arXiv 2501.13349, section 3).</summary>
public sealed record FactorizationConfig
{
    /// <summary>The most levels <see cref="Validate"/> accepts: the coarsest is then 128 times smaller than the target.</summary>
    public const int MaximumLevels = 8;

    /// <summary>Number of levels S, 1 to <see cref="MaximumLevels"/>; 1 is the single-scale model, 2 (default) the paper's.</summary>
    public int Levels { get; init; } = 2;

    /// <summary>The filter of the way up. Default bilinear.</summary>
    public UpsampleFilter Upsample { get; init; } = UpsampleFilter.Bilinear;

    /// <summary>
    /// Whether a sampled residual is projected on those that a split can produce, <c>c -= Up(Down(c))</c>.
    /// Default off; requires <see cref="UpsampleFilter.Nearest"/>.
    /// </summary>
    public bool ProjectResidual { get; init; }

    /// <summary>
    /// Whether the diffusion processes see components of mean 0 and standard deviation 1 per channel (default) or as they are.
    /// Off, <see cref="ComponentStatisticsAccumulator.Result"/> gives <see cref="ComponentStatistics.Identity"/>.
    /// </summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Checks every member.</summary>
    /// <returns>All errors, one line each; empty where the configuration is sound.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Levels is < 1 or > MaximumLevels)
            errors.Add($"levels is {Levels}: expected 1 (single scale) to {MaximumLevels}.");
        if (!Enum.IsDefined(Upsample))
            errors.Add($"upsample is {(int)Upsample}: expected {string.Join(" or ", Enum.GetNames<UpsampleFilter>())}.");
        if (ProjectResidual && Upsample != UpsampleFilter.Nearest)
            errors.Add($"projectResidual is on with upsample {Upsample}: only with Nearest is Down(Up(b)) = b; choose Nearest or turn it off.");
        return errors;
    }
}
