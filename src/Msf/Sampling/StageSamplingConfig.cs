namespace Msf.Sampling;

/// <summary>Sampling budget and settings of one stage.</summary>
public sealed record StageSamplingConfig
{
    /// <summary>Solver steps, at least 1.</summary>
    public required int Steps { get; init; }

    /// <summary>Solver; default Euler.</summary>
    public SolverKind Solver { get; init; } = SolverKind.Euler;

    /// <summary>Parameters of the solver.</summary>
    public SolverOptions SolverOptions { get; init; } = new();

    /// <summary>Classifier-free guidance; none by default.</summary>
    public GuidanceConfig Guidance { get; init; } = new();

    /// <summary>Shift of the time grid; default 1 (uniform), more spends more steps near the noise.</summary>
    public double TimeShift { get; init; } = 1;

    /// <summary>Network evaluations per image, guidance included.</summary>
    public int Forwards()
    {
        var times = TimeGrid.Uniform(Steps, TimeShift);
        var forwards = 0;
        for (var i = 0; i < Steps; i++)
        {
            forwards += Guidance.ActiveAt(times[i]) ? 2 : 1;
            if (Solver == SolverKind.Heun) forwards += Guidance.ActiveAt(times[i + 1]) ? 2 : 1;
        }
        return forwards;
    }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>([.. Guidance.Validate(), .. SolverOptions.Validate()]);
        if (!Enum.IsDefined(Solver)) errors.Add($"solver is {(int)Solver}, expected one of {string.Join(", ", Enum.GetNames<SolverKind>())}");
        if (Steps < 1) errors.Add($"steps is {Steps}, expected at least 1");
        if (!(TimeShift > 0) || !double.IsFinite(TimeShift)) errors.Add($"timeShift is {TimeShift}, expected more than 0");
        return errors;
    }
}
