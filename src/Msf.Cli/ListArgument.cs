using System.Globalization;
using System.Text.Json;

namespace Msf.Cli;

/// <summary>Reads comma-separated numbers or names, one per stage.</summary>
internal static class ListArgument
{
    /// <summary>One number per stage; a single number serves all.</summary>
    /// <exception cref="UsageException">A part is no number, or there are too many or too few.</exception>
    internal static T[] PerStage<T>(string text, int stages, string option) where T : ISpanParsable<T> =>
        PerStage(Parse<T>(text, option), stages, option);

    /// <summary>One name of an enumeration per stage, whatever the case of its letters; a single one serves all.</summary>
    /// <exception cref="UsageException">A part is no such name, or there are too many or too few.</exception>
    internal static T[] NamesPerStage<T>(string text, int stages, string option) where T : struct, Enum =>
        PerStage(
            [.. text.Split(',').Select(part => Enum.GetNames<T>().FirstOrDefault(name => name.Equals(part.Trim(), StringComparison.OrdinalIgnoreCase)) is { } name
                ? Enum.Parse<T>(name)
                : throw new UsageException($"{option} is \"{text}\"; expected {Names<T>()}."))],
            stages, option);

    /// <summary>The names of an enumeration as the command line and JSON spell them.</summary>
    internal static string Names<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(NameOf));

    /// <summary>A member of an enumeration as JSON spells it.</summary>
    internal static string NameOf<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static T[] PerStage<T>(T[] values, int stages, string option)
    {
        if (values.Length == 1) return [.. Enumerable.Repeat(values[0], stages)];
        return values.Length == stages
            ? values
            : throw new UsageException($"{option} has {values.Length} values, the model {stages} stages; give one, or one per stage, coarse to fine.");
    }

    /// <summary>Comma-separated numbers.</summary>
    /// <exception cref="UsageException">A part is no number.</exception>
    internal static T[] Parse<T>(string text, string option) where T : ISpanParsable<T> =>
    [
        .. text.Split(',').Select(part => T.TryParse(part.Trim(), CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new UsageException($"{option} is \"{text}\"; expected numbers separated by commas.")),
    ];
}
