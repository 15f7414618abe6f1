using System.Text.Json.Serialization;
using Msf.Diffusion;
using Msf.Models;
using Msf.Modules;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf info --json</c> prints.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Stages">The stages, coarse to fine.</param>
/// <param name="Parameters">Parameters of all stages; those of a shared trunk count once.</param>
/// <param name="MultiplyAddsPerImage">Multiply-adds of sampling one image.</param>
/// <param name="Baseline">The single-scale twin with the base's sampling budget.</param>
/// <param name="CostRatio">The twin's multiply-adds over the model's.</param>
/// <param name="Sampling">Memory and seconds of sampling a batch.</param>
/// <param name="TrainingMemory">Bytes that training takes, for both types of the products, with blocks kept and recomputed.</param>
internal sealed record InfoReport(
    string Name, IReadOnlyList<InfoReport.Stage> Stages, long Parameters, long MultiplyAddsPerImage, InfoReport.Twin Baseline, double CostRatio,
    InfoSampling Sampling, IReadOnlyList<InfoReport.Memory> TrainingMemory)
{
    private static readonly ComputePrecision[] _precisions = [ComputePrecision.BFloat16, ComputePrecision.Float32];
    private static readonly bool[] _recompute = [false, true];

    /// <summary>What the model was distilled from; null where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Student? Distillation { get; init; }

    /// <summary>Parameters of the trunk that the stages share, which are in the number of every stage; absent where each has its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SharedParameters { get; init; }

    /// <summary>Images that are sampled together where nothing is said, as in <c>msf sample</c>.</summary>
    internal const int DefaultBatch = 16;

    /// <summary>Computes the report from a configuration.</summary>
    /// <param name="model">The architecture.</param>
    /// <param name="sampling">Steps and guidance.</param>
    /// <param name="training">How it is trained.</param>
    /// <param name="batch">Images sampled together.</param>
    /// <param name="precision">Type of the products in sampling.</param>
    /// <param name="calibration">Of the machine whose seconds are predicted, in that precision.</param>
    /// <param name="path">The model's path.</param>
    internal static InfoReport Of(
        ModelConfig model, SamplingConfig sampling, TrainingConfig training, int batch = DefaultBatch,
        ComputePrecision precision = ComputePrecision.Float32, MachineCalibration? calibration = null, PathKind path = PathKind.Linear)
    {
        var cost = SamplingCost.Of(model, sampling, batch, path);
        var twin = model.SingleScaleTwin();
        var twinCost = SamplingCost.Of(twin, sampling with { Stages = [sampling.Stages[0]] }, batch, path);
        var stages = cost.Stages.Select((stage, i) => StageOf(stage, i, cost.Stages.Count)).ToList();
        return new InfoReport(
            model.Name, stages, cost.Parameters, cost.MultiplyAddsPerImage, new Twin(twin.Name, twinCost.MultiplyAddsPerImage),
            Math.Round((double)twinCost.MultiplyAddsPerImage / cost.MultiplyAddsPerImage, 4), InfoSampling.Of(cost, twinCost, precision, calibration),
            [.. MemoryOf(model, training)])
        {
            SharedParameters = model.SharedTrunk ? cost.Stages[0].Network.TrunkParameters : null,
        };
    }

    private static Stage StageOf(StageCost cost, int stage, int stages)
    {
        var config = cost.Transformer;
        var name = stage == 0 ? stages == 1 ? "whole" : "base" : stages == 2 ? "residual" : $"residual {stage}";
        return new Stage(
            name, string.Join("x", config.InputSize), config.PatchSize, config.Width, config.Depth, config.Heads, BlockOf(config.Block),
            cost.Network.Parameters, cost.Network.Tokens, cost.Network.MultiplyAdds, cost.Forwards, cost.GuidedEvaluations, cost.PlainEvaluations);
    }

    private static List<string> BlockOf(BlockOptions block)
    {
        var options = new List<string>();
        if (block.Normalization == NormalizationKind.RmsNorm) options.Add("RMSNorm");
        if (block.QueryKeyNormalization) options.Add("QK-norm");
        if (block.Perceptron == PerceptronKind.SwiGlu) options.Add("SwiGLU");
        if (block.Positions == PositionKind.Rotary) options.Add("rotary positions");
        return options;
    }

    private static IEnumerable<Memory> MemoryOf(ModelConfig model, TrainingConfig training) =>
        from precision in _precisions
        from recompute in _recompute
        let memory = Msf.Training.TrainingMemory.Of(model, training, training.BatchSize, precision, recompute)
        select new Memory(
            precision.ToName(), memory.Batch, recompute, memory.Peak, memory.Networks, memory.Weights, memory.Moments, memory.Averages, memory.Gradients,
            memory.Activations, memory.CheckpointCopy);

    /// <summary>Training's memory in bytes; see <see cref="Msf.Training.TrainingMemory"/>.</summary>
    internal sealed record Memory(
        string Precision, int Batch, bool RecomputeBlocks, long Peak, long Networks, long Weights, long Moments, long Averages, long Gradients,
        long Activations, long CheckpointCopy);

    /// <summary>One stage.</summary>
    internal sealed record Stage(
        string Name, string Size, int PatchSize, int Width, int Depth, int Heads, IReadOnlyList<string> Block, long Parameters, int Tokens, long MultiplyAddsPerForward, int Forwards,
        int GuidedEvaluations, int PlainEvaluations);

    /// <summary>A distilled model; windows are 0 for a stage that was left as it was.</summary>
    internal sealed record Student(string Teacher, IReadOnlyList<int> Windows, IReadOnlyList<double> Guidance);

    /// <summary>The single-scale twin.</summary>
    internal sealed record Twin(string Name, long MultiplyAddsPerImage);
}

/// <summary>Writes an <see cref="InfoReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(InfoReport))]
internal sealed partial class InfoJson : JsonSerializerContext;
