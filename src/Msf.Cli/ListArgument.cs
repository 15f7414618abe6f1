using System.Globalization;

namespace Msf.Cli;

/// <summary>Reads comma-separated numbers, one per stage.</summary>
internal static class ListArgument
{
    /// <summary>One number per stage; a single number serves all.</summary>
    /// <exception cref="UsageException">A part is no number, or there are too many or too few.</exception>
    internal static T[] PerStage<T>(string text, int stages, string option) where T : ISpanParsable<T>
    {
        var values = Parse<T>(text, option);
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
