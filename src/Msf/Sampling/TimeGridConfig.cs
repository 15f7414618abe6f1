namespace Msf.Sampling;

/// <summary>How the steps of a stage are spread over time.</summary>
public sealed record TimeGridConfig
{
    /// <summary>The family; default uniform.</summary>
    public TimeGridKind Kind { get; init; } = TimeGridKind.Uniform;

    /// <summary>EDM: the exponent rho, above 0. Default 7, the paper's.</summary>
    public double Rho { get; init; } = 7;

    /// <summary>EDM and log-SNR: sigma / alpha at the last time before the data, 1e-6 to 1. Default 0.002, the paper's.</summary>
    public double SigmaMinimum { get; init; } = 0.002;

    /// <summary>EDM and log-SNR: sigma / alpha that the first time, pure noise, counts as, 2 to 1e6, at most the path's own. Default 80, the paper's.</summary>
    public double SigmaMaximum { get; init; } = 80;

    /// <summary>Explicit: the times, rising from 0 to 1, one more than steps; none for the other kinds.</summary>
    public double[]? Times { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    /// <param name="steps">Steps of the stage.</param>
    public IReadOnlyList<string> Validate(int steps)
    {
        var errors = new List<string>();
        if (!Enum.IsDefined(Kind)) errors.Add($"grid kind is {(int)Kind}, expected one of {string.Join(", ", Enum.GetNames<TimeGridKind>())}");
        if (!(Rho > 0 && double.IsFinite(Rho))) errors.Add($"grid rho is {Rho}, expected a number above 0");
        if (!(SigmaMinimum is >= 1e-6 and <= 1)) errors.Add($"grid sigmaMinimum is {SigmaMinimum}, expected 1e-6 to 1");
        if (!(SigmaMaximum is >= 2 and <= 1e6)) errors.Add($"grid sigmaMaximum is {SigmaMaximum}, expected 2 to 1e6");
        if (Kind != TimeGridKind.Explicit)
        {
            if (Times is not null) errors.Add($"grid has times and is of kind {Kind}; take kind explicit, or leave them out");
        }
        else if (Times is not [0, .., 1] || !Times.Zip(Times.Skip(1)).All(pair => pair.First < pair.Second))
            errors.Add("grid times must rise from 0 (noise) to 1 (data)");
        else if (Times.Length != steps + 1)
            errors.Add($"grid has {Times.Length} times, that is {Times.Length - 1} steps, and steps is {steps}; make them agree");
        return errors;
    }
}
