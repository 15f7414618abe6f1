namespace Msf.Server;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>All of its images wait.</summary>
    Queued,

    /// <summary>Some are being made.</summary>
    Running,

    /// <summary>All are made.</summary>
    Done,

    /// <summary>Its client gave it up; what was made stays.</summary>
    Cancelled,

    /// <summary>Something went wrong; what was made stays.</summary>
    Failed,
}
