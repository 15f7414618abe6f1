using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>In JSON a single value, or a list of them.</summary>
/// <param name="Values">At least one.</param>
[JsonConverter(typeof(OneOrManyConverterFactory))]
public sealed record OneOrMany<T>(IReadOnlyList<T> Values)
{
    /// <summary>One value for each of a number of stages.</summary>
    /// <param name="stages">Number of stages.</param>
    /// <param name="name">What it is, for the message.</param>
    /// <exception cref="RequestException">There are neither one nor as many.</exception>
    internal IReadOnlyList<T> PerStage(int stages, string name) => Values.Count switch
    {
        1 => [.. Enumerable.Repeat(Values[0], stages)],
        var count when count == stages => Values,
        var count => throw new RequestException($"{name} has {count} values, the model {stages} stages; give one, or one per stage, coarse to fine.", name),
    };
}
