using Msf.Diffusion;
using Msf.Models;

namespace Msf.Sampling;

/// <summary>
/// Shifts of the time grids for images of another size than a model was trained at: the same noise destroys less of more tokens, so their
/// grids go through as much destruction where they spend more steps near the noise (Esser et al. 2024, section 5.3.2, eq. 23).
/// </summary>
public static class SizeShift
{
    /// <summary>alpha = sqrt(m / n), m tokens of a stage now, n in training; stages whose sizes change alike have the same.</summary>
    /// <param name="model">The trained architecture.</param>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    /// <param name="size">Spatial size of the target now, [height, width].</param>
    public static double Of(ModelConfig model, int stage, int[] size) =>
        TimeShift.ForResolution(model.AtSize(size).Transformer(stage).Tokens, model.Transformer(stage).Tokens);

    /// <summary>Settings whose stages' own shifts are multiplied by those of the size; shifts in succession multiply.</summary>
    /// <param name="sampling">Settings for the trained size, one entry a stage.</param>
    /// <param name="model">The trained architecture.</param>
    /// <param name="size">Spatial size of the target now, [height, width].</param>
    public static SamplingConfig Apply(SamplingConfig sampling, ModelConfig model, int[] size) => sampling with
    {
        Stages = [.. sampling.Stages.Select((stage, i) => stage with { TimeShift = stage.TimeShift * Of(model, i, size) })],
    };
}
