namespace Msf.Sampling;

/// <summary>Parameters of solvers; each says whose it is, the others do not look at it.</summary>
public sealed record SolverOptions
{
    /// <summary>DDIM: how much of the noise is replaced by fresh noise, in [0, 1]; 0 (the default) none, 1 as much as DDPM.</summary>
    public double Eta { get; init; }

    /// <summary>Every solver: predicted data is clipped to this magnitude, in the standardised values that networks see; null (the default) leaves it.</summary>
    public double? Clip { get; init; }

    /// <summary>UniPC: order of its predictor, 1 to 3; the corrector adds one. Default 2.</summary>
    public int Order { get; init; } = 2;

    /// <summary>UniPC: its function B(h). Default e^h - 1.</summary>
    public UniPcVariant Variant { get; init; } = UniPcVariant.Bh2;

    /// <summary>Dormand-Prince: error of a step allowed relative to the state, above 0. Default 1e-3, SiT's.</summary>
    public double RelativeTolerance { get; init; } = 1e-3;

    /// <summary>Dormand-Prince: error of a step allowed beside the relative one, at least 0. Default 1e-6, SiT's.</summary>
    public double AbsoluteTolerance { get; init; } = 1e-6;

    /// <summary>Euler-Maruyama: how much noise over time. Default sigma.</summary>
    public DiffusionForm Diffusion { get; init; } = DiffusionForm.Sigma;

    /// <summary>Euler-Maruyama: factor on it, at least 0 (0 is Euler's method). Default 1.</summary>
    public double DiffusionNorm { get; init; } = 1;

    /// <summary>Euler-Maruyama: what happens in the last step. Default drift without noise, SiT's.</summary>
    public LastStep LastStep { get; init; } = LastStep.Mean;

    /// <summary>
    /// Euler-Maruyama: length of the last step in t, in [0, 1); the others share the rest, as the grid says. Default 0.04, SiT's; 0 leaves the grid alone.
    /// </summary>
    public double LastStepSize { get; init; } = 0.04;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!(Eta is >= 0 and <= 1)) errors.Add($"eta is {Eta}, expected 0 (deterministic) to 1");
        if (Clip is { } clip && !(clip > 0 && double.IsFinite(clip))) errors.Add($"clip is {clip}, expected a number above 0, or none");
        if (Order is < 1 or > 3) errors.Add($"order is {Order}, expected 1 to 3");
        if (!(RelativeTolerance > 0 && double.IsFinite(RelativeTolerance))) errors.Add($"relativeTolerance is {RelativeTolerance}, expected a number above 0");
        if (!(AbsoluteTolerance >= 0 && double.IsFinite(AbsoluteTolerance))) errors.Add($"absoluteTolerance is {AbsoluteTolerance}, expected a number of at least 0");
        if (!(DiffusionNorm >= 0 && double.IsFinite(DiffusionNorm))) errors.Add($"diffusionNorm is {DiffusionNorm}, expected a number of at least 0");
        if (!(LastStepSize is >= 0 and < 1)) errors.Add($"lastStepSize is {LastStepSize}, expected at least 0, below 1");
        AddUndefined("variant", Variant);
        AddUndefined("diffusion", Diffusion);
        AddUndefined("lastStep", LastStep);
        return errors;

        void AddUndefined<T>(string member, T value) where T : struct, Enum
        {
            if (!Enum.IsDefined(value)) errors.Add($"{member} is {value}, expected one of {string.Join(", ", Enum.GetNames<T>())}");
        }
    }
}
