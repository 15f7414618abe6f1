using Msf.Models;
using Msf.Runtime;

namespace Msf.Training;

/// <summary>
/// Bytes that training takes, counted from the configuration. The program itself (about 0.3 GiB with libtorch), decoded images and what
/// the allocator rounds up are not in it; <c>bench/training-memory</c> holds it against the resident memory of processes that trained.
/// </summary>
public sealed record TrainingMemory
{
    private TrainingMemory() { }

    /// <summary>Images that go through a network at once.</summary>
    public required int Batch { get; init; }

    /// <summary>Type of the products.</summary>
    public required ComputePrecision Precision { get; init; }

    /// <summary>Whether blocks are computed again in the backward pass.</summary>
    public required bool RecomputeBlocks { get; init; }

    /// <summary>The networks of all stages, in the type of the products.</summary>
    public required long Networks { get; init; }

    /// <summary>The optimiser's float32 weights of all stages.</summary>
    public required long Weights { get; init; }

    /// <summary>The optimiser's moments, two float32 numbers a parameter.</summary>
    public required long Moments { get; init; }

    /// <summary>Averaged weights, float32.</summary>
    public required long Averages { get; init; }

    /// <summary>Gradients of all stages in the type of the products, float32 where a step has several parts.</summary>
    public required long Gradients { get; init; }

    /// <summary>What the stage that takes most keeps from the forward to the backward pass, and what the latter needs beside it.</summary>
    public required long Activations { get; init; }

    /// <summary>
    /// Most bytes at one time in a step: all of the above, or, where that is more, what the backward pass leaves at the parameters in place of the activations.
    /// </summary>
    public required long Peak { get; init; }

    /// <summary>What a checkpoint copies, beside all that, to write it while training goes on.</summary>
    public required long CheckpointCopy { get; init; }

    /// <summary>Counts a training run.</summary>
    /// <param name="model">A valid architecture.</param>
    /// <param name="training">Averages and accumulation; valid.</param>
    /// <param name="batch">Images of a step.</param>
    /// <param name="precision">Float32 or BFloat16.</param>
    /// <param name="recompute">Whether blocks are computed again in the backward pass.</param>
    public static TrainingMemory Of(ModelConfig model, TrainingConfig training, int batch, ComputePrecision precision, bool recompute)
    {
        const long full = sizeof(float);
        var size = precision == ComputePrecision.BFloat16 ? 2 : 4;
        var part = (batch + training.Accumulate - 1) / training.Accumulate;
        var averages = 1 + (training.PostHocEma?.RelativeWidths.Length ?? 0);
        var shares = BatchShares.OfTraining(part, TorchSharp.torch.CPU, precision.ToScalarType());
        var stages = Enumerable.Range(0, model.Stages.Length).Select(model.Transformer)
            .Select(config => (TransformerCost.Of(config).Parameters, Memory: ActivationMemory.Of(config, part, size))).ToArray();
        var parameters = TransformerCost.ParametersOf(model);                                 // gradients are each stage's, a shared trunk's too

        var state = parameters * full * (1 + 2 + averages);
        var gradients = stages.Sum(stage => stage.Parameters) * (training.Accumulate > 1 ? full : size);
        // What a backward pass leaves at the parameters, once a share, grows as what was kept is freed.
        var passes = stages.Max(stage => stage.Memory.Peak(recompute) + Math.Max(0, stage.Parameters * size * shares - stage.Memory.Kept(recompute)));
        return new TrainingMemory
        {
            Batch = part,
            Precision = precision,
            RecomputeBlocks = recompute,
            Networks = parameters * size,
            Weights = parameters * full,
            Moments = parameters * full * 2,
            Averages = parameters * full * averages,
            Gradients = gradients,
            Activations = stages.Max(stage => stage.Memory.Peak(recompute)),
            Peak = parameters * size + state + gradients + passes,
            CheckpointCopy = state,
        };
    }
}
