namespace Msf.Client;

/// <summary>What a sweep tries in the first stage: every number of steps with every guidance scale.</summary>
/// <param name="Steps">Numbers of steps.</param>
/// <param name="Guidance">Guidance scales.</param>
public sealed record SweepRequest(IReadOnlyList<int> Steps, IReadOnlyList<double> Guidance);
