namespace Msf.Sampling;

/// <summary>Classifier-free guidance of one stage (Ho and Salimans 2022), within an interval of t (Kynkäänniemi et al. 2024).</summary>
public sealed record GuidanceConfig
{
    /// <summary>Guidance scale w of v_null + w (v_class - v_null); 1 (the default) is no guidance and costs nothing.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>First t with guidance, in [0, 1]; default 0.</summary>
    public double From { get; init; }

    /// <summary>Last t with guidance, in [0, 1]; default 1.</summary>
    public double To { get; init; } = 1;

    /// <summary>How many channels, from the first, are guided; null (the default) for all. The official DiT and SiT guide 3 of their 4.</summary>
    public int? Channels { get; init; }

    /// <summary>Whether a network evaluation at time t is guided, and so costs two.</summary>
    public bool ActiveAt(double t) => Scale != 1 && t >= From && t <= To;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!double.IsFinite(Scale) || Scale < 0) errors.Add($"guidance scale is {Scale}, expected a number of at least 0");
        if (!(From >= 0 && From <= To && To <= 1)) errors.Add($"guidance interval is {From} to {To}, expected 0 <= from <= to <= 1");
        if (Channels < 1) errors.Add($"guidance channels is {Channels}, expected at least 1, or none for all");
        return errors;
    }
}
