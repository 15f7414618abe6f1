namespace Msf.Server;

/// <summary>A job as the interface tells it.</summary>
public sealed record JobAnswer
{
    /// <summary>Its identifier.</summary>
    public required string Id { get; init; }

    /// <summary>What is made.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Jobs before it; 0 when it runs.</summary>
    public required int Position { get; init; }

    /// <summary>The running stage, from 0; null before the first step.</summary>
    public required int? Stage { get; init; }

    /// <summary>Solver steps done in that stage.</summary>
    public required int? Step { get; init; }

    /// <summary>Solver steps of that stage.</summary>
    public required int? Steps { get; init; }

    /// <summary>Share of the work that is done, 0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>Seconds that are left, as far as one can tell; null where not.</summary>
    public required double? RemainingSeconds { get; init; }

    /// <summary>What it is made with.</summary>
    public required GenerationSettings Settings { get; init; }

    /// <summary>Finished images.</summary>
    public required IReadOnlyList<Image> Images { get; init; }

    /// <summary>Address of the newest preview; null where there is none.</summary>
    public required string? Preview { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public required ErrorBody.Detail? Error { get; init; }

    /// <summary>Where more is to be had.</summary>
    public required Addresses Links { get; init; }

    /// <summary>A finished image.</summary>
    /// <param name="Index">Its place in the job.</param>
    /// <param name="Id">Its name in the gallery; null where it is not kept there.</param>
    /// <param name="Url">Its address; null where it has none.</param>
    public sealed record Image(int Index, string? Id, string? Url)
    {
        /// <summary>Tells an image.</summary>
        internal static Image Of(JobImage image, Links links) => new(image.Index, image.Id, image.Id is null ? null : links.Image(image.Id));
    }

    /// <summary>Addresses of a job.</summary>
    /// <param name="Self">The job; DELETE cancels it.</param>
    /// <param name="Events">Its events.</param>
    public sealed record Addresses(string Self, string Events);

    /// <summary>Tells a job.</summary>
    internal static JobAnswer Of(GenerationJob job, Links links) => new()
    {
        Id = job.Id,
        Kind = job.Kind,
        State = job.State,
        Position = job.Position,
        Stage = job.Progress?.Stage,
        Step = job.Progress?.Step,
        Steps = job.Progress?.Steps,
        Progress = job.Progress?.Progress ?? 0,
        RemainingSeconds = job.Progress?.RemainingSeconds,
        Settings = job.Settings,
        Images = [.. job.Images.Where(image => image.Id is not null).Select(image => Image.Of(image, links))],
        Preview = job.Preview is null ? null : links.Preview(job.Id),
        Error = job.Fault is { } fault ? ErrorBody.Of(fault).Error : null,
        Links = new Addresses(links.Job(job.Id), links.Events(job.Id)),
    };
}
