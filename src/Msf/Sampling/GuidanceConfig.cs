namespace Msf.Sampling;

/// <summary>
/// Guidance of one stage: by the null class (Ho and Salimans 2022) or a weaker model (Karras et al. 2024), within an interval of t (Kynkäänniemi et al. 2024),
/// ramped over it (Wang et al. 2024) and rescaled (Lin et al. 2023).
/// </summary>
public sealed record GuidanceConfig
{
    /// <summary>Guidance scale w of v_weak + w (v_class - v_weak), where v_weak is what <see cref="Source"/> says; 1 (the default) is no guidance and costs nothing.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>What guidance pushes away from; default the null class.</summary>
    public GuidanceSource Source { get; init; } = GuidanceSource.NullClass;

    /// <summary>First t with guidance, in [0, 1]; default 0.</summary>
    public double From { get; init; }

    /// <summary>Last t with guidance, in [0, 1]; default 1.</summary>
    public double To { get; init; } = 1;

    /// <summary>How the scale goes over the interval; default constant.</summary>
    public GuidanceRamp Ramp { get; init; } = GuidanceRamp.Constant;

    /// <summary>
    /// How far, φ in [0, 1], a guided prediction is brought back to the standard deviation of the one with the class (Lin et al. 2023, "Common diffusion noise
    /// schedules and sample steps are flawed", eq. 16, who take 0.7); default 0, not at all.
    /// </summary>
    public double Rescale { get; init; }

    /// <summary>How many channels, from the first, are guided; null (the default) for all. The official DiT and SiT guide 3 of their 4.</summary>
    public int? Channels { get; init; }

    /// <summary>The scale at time t: that of the ramp within the interval, 1 outside.</summary>
    public double ScaleAt(double t)
    {
        if (!(t >= From && t <= To)) return 1;
        var u = To > From ? (t - From) / (To - From) : 1;
        var part = Ramp switch
        {
            GuidanceRamp.LinearUp => u,
            GuidanceRamp.LinearDown => To > From ? 1 - u : 1,
            GuidanceRamp.Cosine => (1 - Math.Cos(Math.PI * u)) / 2,
            _ => 1,
        };
        return part == 1 ? Scale : 1 + part * (Scale - 1);
    }

    /// <summary>Whether a network evaluation at time t is guided, and so costs two.</summary>
    public bool ActiveAt(double t) => ScaleAt(t) != 1;

    /// <summary>Whether there is any guidance, at some time.</summary>
    public bool IsOn => Scale != 1;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!double.IsFinite(Scale) || Scale < 0) errors.Add($"guidance scale is {Scale}, expected a number of at least 0");
        if (!Enum.IsDefined(Source)) errors.Add($"guidance source is {Source}, expected {string.Join(" or ", Enum.GetNames<GuidanceSource>())}");
        if (!(From >= 0 && From <= To && To <= 1)) errors.Add($"guidance interval is {From} to {To}, expected 0 <= from <= to <= 1");
        if (!Enum.IsDefined(Ramp)) errors.Add($"guidance ramp is {Ramp}, expected one of {string.Join(", ", Enum.GetNames<GuidanceRamp>())}");
        if (!(Rescale >= 0 && Rescale <= 1)) errors.Add($"guidance rescale is {Rescale}, expected 0 to 1");
        if (Channels < 1) errors.Add($"guidance channels is {Channels}, expected at least 1, or none for all");
        return errors;
    }
}
