namespace Msf.Data;

/// <summary>How patient a download is.</summary>
public sealed record DownloadOptions
{
    /// <summary>Tries in a row without a single new byte before it gives up; default 5.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Wait before the second try; each further one waits twice as long. Default 1 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time without a byte after which a connection counts as cut; default 30 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of the waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
