using System.Text.Json;

namespace Msf.Server;

/// <summary>Lines of a run's metrics.</summary>
/// <param name="Lines">Each as the run wrote it.</param>
/// <param name="Next">What to send as <c>after</c> for what comes later.</param>
public sealed record RunMetrics(IReadOnlyList<JsonElement> Lines, int Next);
