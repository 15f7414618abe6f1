namespace Msf.Training;

/// <summary>What a run trains on.</summary>
public sealed record DataConfig
{
    /// <summary>Image source (see ImageSources.Open); null where it must come from the command line.</summary>
    public string? Source { get; init; }

    /// <summary>Classes to keep, by name, in the order of their indices; null keeps all.</summary>
    public string[]? Classes { get; init; }

    /// <summary>Mirror every second image at random; default off.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Most bytes of decoded images kept in memory; default 2 GiB. A larger source is decoded again every epoch.</summary>
    public long CacheBytes { get; init; } = 2L << 30;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    /// <param name="classes">Number of classes of the model.</param>
    public IReadOnlyList<string> Validate(int classes)
    {
        var errors = new List<string>();
        if (Classes is not null && Classes.Length != classes)
            errors.Add($"classes names {Classes.Length} classes, the model has {classes}; name as many, or set model.classes");
        if (Classes is not null && Classes.Distinct(StringComparer.Ordinal).Count() != Classes.Length)
            errors.Add($"classes names a class twice ({string.Join(", ", Classes)})");
        if (CacheBytes < 0) errors.Add($"cacheBytes is {CacheBytes}, expected at least 0");
        return errors;
    }
}
