namespace Msf.Client;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>It waits.</summary>
    Queued,

    /// <summary>It is being made.</summary>
    Running,

    /// <summary>All images are made.</summary>
    Done,

    /// <summary>It was given up.</summary>
    Cancelled,

    /// <summary>Something went wrong.</summary>
    Failed,
}
