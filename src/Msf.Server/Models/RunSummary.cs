namespace Msf.Server;

/// <summary>A training run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Images">Images that it was trained on so far; null where not known.</param>
/// <param name="Updated">When it last wrote its metrics.</param>
public sealed record RunSummary(string Name, long? Images, DateTimeOffset Updated);
