using System.Globalization;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>A time grid as the command line spells it: a name, with a parameter after a colon, or times between slashes.</summary>
/// <param name="Grid">The grid.</param>
/// <param name="Shift">Its shift.</param>
internal sealed record GridArgument(TimeGridConfig Grid, double Shift)
{
    /// <summary>What there is.</summary>
    internal const string Expected = "uniform, shifted:3, quadratic, edm (or edm:RHO), logsnr, or times such as 0/0.3/1";

    /// <summary>One grid per stage; a single one serves all.</summary>
    /// <exception cref="UsageException">A part is no grid, or there are too many or too few.</exception>
    internal static GridArgument[] PerStage(string text, int stages)
    {
        var grids = text.Split(',').Select(part => Parse(part.Trim())).ToArray();
        if (grids.Length == 1) return [.. Enumerable.Repeat(grids[0], stages)];
        return grids.Length == stages
            ? grids
            : throw new UsageException($"--grid has {grids.Length} values, the model {stages} stages; give one, or one per stage, coarse to fine.");
    }

    /// <summary>The text that gives a stage's grid; what it does not say is at its default.</summary>
    internal static string Describe(StageSamplingConfig stage) => stage.Grid.Kind switch
    {
        TimeGridKind.Explicit => string.Join("/", stage.Grid.Times!.Select(Text)),
        TimeGridKind.Uniform when stage.TimeShift != 1 => $"shifted:{Text(stage.TimeShift)}",
        TimeGridKind.Edm => $"edm:{Text(stage.Grid.Rho)}",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>A stage with this grid. Given times say how many steps there are.</summary>
    /// <exception cref="UsageException">Times and --steps disagree.</exception>
    internal StageSamplingConfig Apply(StageSamplingConfig stage, bool stepsGiven)
    {
        if (Grid.Times is not { } times) return stage with { Grid = Grid, TimeShift = Shift };
        if (stepsGiven && stage.Steps != times.Length - 1)
            throw new UsageException($"--grid has {times.Length} times, that is {times.Length - 1} steps, and --steps says {stage.Steps}; leave --steps out.");
        return stage with { Grid = Grid, TimeShift = Shift, Steps = times.Length - 1 };
    }

    private static GridArgument Parse(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal)) return new(new() { Kind = TimeGridKind.Explicit, Times = [.. text.Split('/').Select(part => Number(part, text))] }, 1);
        var (name, parameter) = text.Split(':', 2) is [var first, var second] ? (first, second) : (text, null);
        return (name.ToLowerInvariant(), parameter) switch
        {
            ("uniform", null) => new(new(), 1),
            ("shifted", { } shift) => new(new(), Number(shift, text)),
            ("quadratic", null) => new(new() { Kind = TimeGridKind.Quadratic }, 1),
            ("edm", null) => new(new() { Kind = TimeGridKind.Edm }, 1),
            ("edm", { } rho) => new(new() { Kind = TimeGridKind.Edm, Rho = Number(rho, text) }, 1),
            ("logsnr", null) => new(new() { Kind = TimeGridKind.LogSnr }, 1),
            _ => throw Unknown(text),
        };
    }

    private static double Number(string part, string text) =>
        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Unknown(text);

    private static UsageException Unknown(string text) => new($"--grid is \"{text}\"; expected {Expected}.");

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
