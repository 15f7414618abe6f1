using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>Classes as they are asked for: in JSON a name, a number, or a list of these, in which null is the null class.</summary>
/// <param name="Values">Names and numbers as text; null for the null class.</param>
[JsonConverter(typeof(ClassListConverter))]
public sealed record ClassList(IReadOnlyList<string?> Values);
