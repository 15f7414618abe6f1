using System.Text.Json.Serialization;
using Msf.Diffusion;

namespace Msf.Sampling;

/// <summary>Sampling budget and settings of one stage.</summary>
public sealed record StageSamplingConfig
{
    /// <summary>Solver steps, at least 1; for the adaptive solver the parts between which it lands, 1 leaves all to it.</summary>
    public required int Steps { get; init; }

    /// <summary>Solver; default Euler.</summary>
    public SolverKind Solver { get; init; } = SolverKind.Euler;

    /// <summary>Parameters of the solver.</summary>
    public SolverOptions SolverOptions { get; init; } = new();

    /// <summary>Classifier-free guidance; none by default.</summary>
    public GuidanceConfig Guidance { get; init; } = new();

    /// <summary>Shift of the time grid; default 1 (none), more spends more steps near the noise.</summary>
    public double TimeShift { get; init; } = 1;

    /// <summary>
    /// K equal windows of time within which alone the flow of this stage is straight, of a stage made by piecewise rectified flow (Yan et al. 2024); its steps
    /// are a multiple of K, without guidance, which is folded in. A property of the weights, not a choice. Null, the default, for any other stage.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Windows { get; init; }

    /// <summary>How the steps are spread over time; default uniform. The shift comes on top.</summary>
    public TimeGridConfig Grid { get; init; } = new();

    /// <summary>The times that the solver visits.</summary>
    /// <param name="path">The model's path.</param>
    /// <returns>steps + 1 rising times, the first 0 and the last 1; whole steps of a discrete path.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The settings are not valid, or a discrete path has fewer steps.</exception>
    public double[] Times(PathKind path)
    {
        if (Windows is not null) return TimeGrid.Uniform(Steps);                              // with every border, also on a path of whole steps
        var last = Solver == SolverKind.EulerMaruyama && Grid.Kind != TimeGridKind.Explicit ? SolverOptions.LastStepSize : 0;
        if (last == 0 || Steps == 1) return TimeGrid.Of(path, Steps, Grid, TimeShift);
        double[] times = [.. TimeGrid.Continuous(path, Steps - 1, Grid, TimeShift).Select(t => t * (1 - last)), 1];
        return path == PathKind.VariancePreservingDiscrete ? TimeGrid.WholeSteps(times) : times;
    }

    /// <summary>Network evaluations per image, guidance included; for the adaptive solver what to expect (<see cref="SolverCost"/>).</summary>
    /// <param name="path">The model's path: with guidance in an interval the count depends on where the steps are.</param>
    public int Forwards(PathKind path = PathKind.Linear) =>
        SolverCost.EvaluationTimes(Solver, ProbabilityPath.Create(path), Times(path), SolverOptions).Sum(t => Guidance.ActiveAt(t) ? 2 : 1);

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>([.. Guidance.Validate(), .. SolverOptions.Validate()]);
        if (!Enum.IsDefined(Solver)) errors.Add($"solver is {(int)Solver}, expected one of {string.Join(", ", Enum.GetNames<SolverKind>())}");
        if (Steps < 1) errors.Add($"steps is {Steps}, expected at least 1");
        errors.AddRange(Grid.Validate(Steps));
        if (!(TimeShift > 0) || !double.IsFinite(TimeShift)) errors.Add($"timeShift is {TimeShift}, expected more than 0");
        if (Windows is { } windows) errors.AddRange(ErrorsOfWindows(windows));
        return errors;
    }

    // A step over a border would leave the line, and so would a solver that looks at the end of its step: there the next line begins.
    private IEnumerable<string> ErrorsOfWindows(int windows)
    {
        if (windows < 1)
        {
            yield return $"windows is {windows}, expected at least 1, or none";
            yield break;
        }
        if (Steps >= 1 && Steps % windows != 0)
            yield return $"steps is {Steps}, and this stage is distilled in windows, {windows} of them: expected {windows} or {2 * windows}, one or two steps a window";
        if (Solver != SolverKind.Euler)
            yield return $"solver is {Solver.ToString().ToLowerInvariant()}, and this stage is distilled to straight lines: expected euler, which follows them exactly";
        if (Guidance.IsOn) yield return $"guidance scale is {Guidance.Scale}, and this stage is distilled with its guidance folded in: expected 1";
        if (Grid.Kind != TimeGridKind.Uniform)
            yield return $"grid is {Grid.Kind.ToString().ToLowerInvariant()}, and this stage is distilled in equal windows: expected uniform, which has their borders";
        if (SolverOptions.Clip is not null) yield return "solver clip is set, and between the windows of a distilled stage there is no data to clip: leave it out";
        if (TimeShift != 1) yield return $"timeShift is {TimeShift}, and this stage is distilled in equal windows: expected 1";
    }
}
