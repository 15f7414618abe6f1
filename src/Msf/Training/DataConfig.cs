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
}
