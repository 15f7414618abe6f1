using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>Intervals of time with guidance: in JSON [from, to], or a list of such pairs.</summary>
/// <param name="Values">Pairs, at least one.</param>
[JsonConverter(typeof(IntervalListConverter))]
public sealed record IntervalList(IReadOnlyList<IReadOnlyList<double>> Values);
