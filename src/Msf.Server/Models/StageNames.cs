namespace Msf.Server;

/// <summary>What stages are called.</summary>
internal static class StageNames
{
    /// <summary>Name of a stage.</summary>
    /// <param name="stage">0 (coarse) to stages - 1.</param>
    /// <param name="stages">Number of stages.</param>
    internal static string Of(int stage, int stages) => stage == 0 ? stages == 1 ? "whole" : "base" : stages == 2 ? "residual" : $"residual {stage}";
}
