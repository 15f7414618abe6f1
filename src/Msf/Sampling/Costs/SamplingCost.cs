using Msf.Diffusion;
using Msf.Models;

namespace Msf.Sampling;

/// <summary>
/// What sampling a batch costs, counted from the configuration: parameters, tokens and multiply-adds by DiT's convention
/// (<see cref="TransformerCost"/>), memory, and with a <see cref="MachineCalibration"/> seconds. An autoencoder is not in it.
/// </summary>
/// <example>
/// <code>
/// var cost = SamplingCost.Of(model, sampling, batch: 16);
/// var seconds = MachineCalibration.TryLoad(CPU, ComputePrecision.BFloat16) is { } machine ? cost.Seconds(machine) : (double?)null;
/// </code>
/// </example>
public sealed record SamplingCost
{
    private SamplingCost() { }

    /// <summary>Images sampled together.</summary>
    public required int Batch { get; init; }

    /// <summary>The stages, coarse to fine.</summary>
    public required IReadOnlyList<StageCost> Stages { get; init; }

    /// <summary>Parameters of all stages; those of a shared trunk count once.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of one image.</summary>
    public long MultiplyAddsPerImage => Stages.Sum(stage => stage.MultiplyAddsPerImage);

    /// <summary>Counts a model.</summary>
    /// <param name="model">A valid architecture.</param>
    /// <param name="sampling">Valid budgets, one per stage.</param>
    /// <param name="batch">Images sampled together, at least 1.</param>
    /// <param name="path">The model's path: with guidance in an interval the count depends on where the steps are.</param>
    /// <exception cref="ArgumentException">There are not as many budgets as stages.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batch"/> is below 1.</exception>
    public static SamplingCost Of(ModelConfig model, SamplingConfig sampling, int batch, PathKind path = PathKind.Linear)
    {
        if (sampling.Stages.Length != model.Stages.Length)
            throw new ArgumentException($"{sampling.Stages.Length} budgets for {model.Stages.Length} stages; give one per stage.", nameof(sampling));
        return new SamplingCost
        {
            Batch = batch,
            Parameters = TransformerCost.ParametersOf(model),
            Stages = [.. sampling.Stages.Select((budget, stage) => StageCost.Of(model.Transformer(stage), budget, batch, path))],
        };
    }

    /// <summary>Bytes of all networks.</summary>
    /// <param name="elementSize">Bytes of a number: 4 in float32, 2 in bfloat16.</param>
    public long WeightBytes(int elementSize) => Parameters * elementSize;

    /// <summary>Most bytes that activations take at one time, see <see cref="SamplingMemory"/>.</summary>
    /// <param name="elementSize">Bytes of a number: 4 in float32, 2 in bfloat16.</param>
    public long ActivationBytes(int elementSize) =>
        Stages.Max(stage => SamplingMemory.Of(stage.Transformer, stage.GuidedEvaluations > 0 ? 2 * Batch : Batch, elementSize).Peak);

    /// <summary>Predicted seconds of the batch.</summary>
    /// <param name="calibration">Of the machine, in the precision that will be computed in.</param>
    public double Seconds(MachineCalibration calibration) => Stages.Sum(stage => stage.Seconds(calibration));

    /// <summary>Predicted seconds of one image of the batch.</summary>
    /// <param name="calibration">Of the machine, in the precision that will be computed in.</param>
    public double SecondsPerImage(MachineCalibration calibration) => Seconds(calibration) / Batch;
}
