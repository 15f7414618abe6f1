using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>The distribution of training times t in [0, 1], t = 1 being data.</summary>
public sealed record TimeDistribution
{
    /// <summary>The family. Default logit-normal.</summary>
    public TimeDistributionKind Kind { get; init; } = TimeDistributionKind.LogitNormal;

    /// <summary>Mean of logit t, any finite number; above 0 moves towards data. Logit-normal only. Default 0.</summary>
    public double Mean { get; init; }

    /// <summary>Standard deviation of logit t, above 0. Logit-normal only. Default 1.</summary>
    public double StandardDeviation { get; init; } = 1;

    /// <summary><see cref="TimeShift"/> of the drawn times, above 0; above 1 moves towards noise. Default 1, none.</summary>
    public double Shift { get; init; } = 1;

    /// <summary>Checks every member.</summary>
    /// <returns>All errors, one line each; empty where the distribution is sound.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!Enum.IsDefined(Kind))
            errors.Add($"kind is {(int)Kind}: expected {string.Join(" or ", Enum.GetNames<TimeDistributionKind>())}.");
        if (!double.IsFinite(Mean)) errors.Add($"mean is {Mean}: expected a finite number.");
        if (!double.IsFinite(StandardDeviation) || StandardDeviation <= 0)
            errors.Add($"standardDeviation is {StandardDeviation}: expected a finite number above 0.");
        if (!double.IsFinite(Shift) || Shift <= 0) errors.Add($"shift is {Shift}: expected a finite number above 0; 1 is none.");
        return errors;
    }

    /// <summary>Draws times.</summary>
    /// <param name="count">How many, B.</param>
    /// <param name="g">A CPU generator; one number each is drawn from it.</param>
    /// <returns>Times in [0, 1], (B,) float32 on the CPU, owned by the caller's dispose scope.</returns>
    public Tensor Sample(long count, Generator g)
    {
        using var scope = NewDisposeScope();
        var t = Kind == TimeDistributionKind.LogitNormal
            ? randn([count], dtype: ScalarType.Float32, generator: g).Times(StandardDeviation).Plus(Mean).sigmoid()
            : rand([count], dtype: ScalarType.Float32, generator: g);
        return TimeShift.Apply(t, Shift).MoveToOuterDisposeScope();                              // (B,)
    }
}
