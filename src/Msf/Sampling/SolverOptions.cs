namespace Msf.Sampling;

/// <summary>Parameters of solvers; each says whose it is, the others do not look at it.</summary>
public sealed record SolverOptions
{
    /// <summary>DDIM: how much of the noise is replaced by fresh noise, in [0, 1]; 0 (the default) none, 1 as much as DDPM.</summary>
    public double Eta { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!(Eta is >= 0 and <= 1)) errors.Add($"eta is {Eta}, expected 0 (deterministic) to 1");
        return errors;
    }
}
