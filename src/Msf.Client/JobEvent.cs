namespace Msf.Client;

/// <summary>Something that happened to a job.</summary>
public abstract record JobEvent;

/// <summary>It waits.</summary>
/// <param name="Position">Jobs before it.</param>
public sealed record QueuedEvent(int Position) : JobEvent;

/// <summary>A stage began.</summary>
/// <param name="Stage">Which, 0 (coarse) first.</param>
/// <param name="Name">Its name.</param>
public sealed record StageEvent(int Stage, string Name) : JobEvent;

/// <summary>A solver step was taken.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Step">Steps done in it.</param>
/// <param name="Steps">Steps of it.</param>
/// <param name="Progress">Share of the whole work that is done, 0 to 1.</param>
/// <param name="RemainingSeconds">What is left, as far as the server can tell.</param>
public sealed record ProgressEvent(int Stage, int Step, int Steps, double Progress, double? RemainingSeconds) : JobEvent;

/// <summary>There is something to see.</summary>
/// <param name="Stage">The stage that it is of.</param>
/// <param name="Complete">Whether that stage is finished.</param>
/// <param name="Indices">Places of the images in the job.</param>
/// <param name="Images">PNG files as data: addresses.</param>
public sealed record PreviewEvent(int Stage, bool Complete, IReadOnlyList<int> Indices, IReadOnlyList<string> Images) : JobEvent;

/// <summary>An image is finished.</summary>
/// <param name="Index">Its place in the job.</param>
/// <param name="Id">Its name in the gallery.</param>
/// <param name="Url">Its address.</param>
public sealed record ImageEvent(int Index, string? Id, string? Url) : JobEvent;

/// <summary>All images are made.</summary>
/// <param name="Settings">What they were made with.</param>
/// <param name="Seconds">From the job's arrival.</param>
public sealed record DoneEvent(GenerationSettings Settings, double Seconds) : JobEvent;

/// <summary>It was given up.</summary>
public sealed record CancelledEvent : JobEvent;

/// <summary>Something went wrong.</summary>
/// <param name="Message">What.</param>
/// <param name="Code">A word for programs.</param>
public sealed record FailedEvent(string Message, string? Code) : JobEvent;
