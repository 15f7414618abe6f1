namespace Msf.Server;

/// <summary>What a sweep tries: every number of steps with every guidance scale, both of the first stage. Left out, the settings' own.</summary>
public sealed record SweepBody
{
    /// <summary>Numbers of steps: the rows of the sheet.</summary>
    public OneOrMany<int>? Steps { get; init; }

    /// <summary>Guidance scales: the columns of the sheet.</summary>
    public OneOrMany<double>? Guidance { get; init; }
}
