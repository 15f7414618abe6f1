using Msf.Factorization;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Turns images into what one stage trains on: its standardised component and the clean condition beside it.</summary>
public sealed class StageExamples
{
    private readonly MultiScaleFactorization _factorization;
    private readonly ComponentStatistics _statistics;

    /// <summary>Fixes the factorization and the statistics.</summary>
    public StageExamples(MultiScaleFactorization factorization, ComponentStatistics statistics) =>
        (_factorization, _statistics) = (factorization, statistics);

    /// <summary>Computes the component of one stage, and only that.</summary>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    /// <param name="x">Targets, (B, C, H, W), float32.</param>
    /// <returns>
    /// Component, (B, C, h, w), and condition, of the same shape, or null for the base; standardised, owned by the caller's dispose scope.
    /// </returns>
    public (Tensor Component, Tensor? Condition) Of(int stage, Tensor x)
    {
        using var scope = NewDisposeScope();
        var level = x.alias();                                                                // b[s]
        for (var i = _factorization.Levels - 1; i > stage; i--) level = Resampling.Down(level);
        if (stage == 0) return (_statistics.StandardizeComponent(0, level).MoveToOuterDisposeScope(), null);
        var condition = _factorization.Condition(Resampling.Down(level), level.shape.AsSpan(2));   // u = Up(b[s-1])
        return (
            _statistics.StandardizeComponent(stage, level - condition).MoveToOuterDisposeScope(),
            _statistics.StandardizeCondition(stage, condition).MoveToOuterDisposeScope());
    }
}
