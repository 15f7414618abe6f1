namespace Msf.Client;

/// <summary>A job as the server tells it.</summary>
public sealed record Job
{
    /// <summary>Its identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Jobs before it.</summary>
    public int Position { get; init; }

    /// <summary>Share of the work that is done, 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Seconds that are left, as far as the server can tell.</summary>
    public double? RemainingSeconds { get; init; }

    /// <summary>What it is made with.</summary>
    public required GenerationSettings Settings { get; init; }

    /// <summary>Finished images.</summary>
    public IReadOnlyList<ImageEvent> Images { get; init; } = [];

    /// <summary>Why it failed; null where it did not.</summary>
    public ErrorDetail? Error { get; init; }
}
