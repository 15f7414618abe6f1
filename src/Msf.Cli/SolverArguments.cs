using System.CommandLine;
using System.Globalization;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>How <c>msf sample</c> and <c>msf info</c> are told to go from noise to data, on top of the model's own settings.</summary>
internal sealed class SolverArguments
{
    private readonly Option<string?> _steps = new("--steps") { Description = "Solver steps per stage, coarse to fine.", HelpName = "40,10" };
    private readonly Option<string?> _solver = new("--solver")
    {
        Description = $"Solver per stage: {ListArgument.Names<SolverKind>()}. dopri5 chooses its own steps.",
        HelpName = "NAME[,NAME]",
    };

    private readonly Option<string?> _grid = new("--grid")
    {
        Description = $"How steps are spread, per stage: {GridArgument.Expected}.",
        HelpName = "NAME[,NAME]",
    };

    private readonly Option<double?> _eta = new("--eta") { Description = "Fresh noise of ddim: 0 none, 1 as much as ddpm.", HelpName = "0..1" };
    private readonly Option<double?> _tolerance = new("--tolerance")
    {
        Description = "Relative tolerance of dopri5; the absolute one is a thousandth of it. The model's own is 0.001 where it says nothing.",
        HelpName = "0.001",
    };

    /// <summary>All of them.</summary>
    internal IEnumerable<Option> All => [_steps, _solver, _grid, _eta, _tolerance];

    /// <summary>The settings of every stage with what was given in place of the model's own.</summary>
    /// <exception cref="UsageException">An option makes no sense.</exception>
    internal StageSamplingConfig[] Apply(StageSamplingConfig[] stages, ParseResult arguments)
    {
        var steps = arguments.GetValue(_steps);
        if (arguments.GetValue(_solver) is { } solvers)
            // The adaptive solver needs no steps; those of the model were meant for another one.
            stages = With(stages, ListArgument.NamesPerStage<SolverKind>(solvers, stages.Length, "--solver"), (stage, kind) => stage with
            {
                Solver = kind,
                Steps = kind == SolverKind.Dopri5 && stage.Solver != kind && stage.Grid.Kind != TimeGridKind.Explicit ? 1 : stage.Steps,
            });
        if (steps is not null)
            stages = With(stages, ListArgument.PerStage<int>(steps, stages.Length, "--steps"), (stage, n) => stage with { Steps = n });
        if (arguments.GetValue(_grid) is { } grids)
            stages = With(stages, GridArgument.PerStage(grids, stages.Length), (stage, grid) => grid.Apply(stage, stepsGiven: steps is not null));
        if (arguments.GetValue(_eta) is { } eta)
            stages = WithOptions(stages, SolverKind.Ddim, "--eta", options => options with { Eta = eta });
        if (arguments.GetValue(_tolerance) is { } tolerance)
            stages = WithOptions(stages, SolverKind.Dopri5, "--tolerance", options => options with { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance / 1000 });
        return stages;
    }

    private static StageSamplingConfig[] WithOptions(StageSamplingConfig[] stages, SolverKind kind, string option, Func<SolverOptions, SolverOptions> change)
    {
        var name = ListArgument.NameOf(kind);
        if (stages.All(stage => stage.Solver != kind))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option} is for {name}, and no stage uses it; give --solver {name}."));
        return [.. stages.Select(stage => stage.Solver == kind ? stage with { SolverOptions = change(stage.SolverOptions) } : stage)];
    }

    private static StageSamplingConfig[] With<T>(StageSamplingConfig[] stages, T[] values, Func<StageSamplingConfig, T, StageSamplingConfig> change) =>
        [.. stages.Zip(values, change)];
}
