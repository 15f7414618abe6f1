using System.Text.Json.Serialization;
using Msf.Models;
using Msf.Modules;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf info --json</c> prints.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Stages">The stages, coarse to fine.</param>
/// <param name="Parameters">Parameters of all stages.</param>
/// <param name="MultiplyAddsPerImage">Multiply-adds of sampling one image.</param>
/// <param name="Baseline">The single-scale twin with the base's sampling budget.</param>
/// <param name="CostRatio">The twin's multiply-adds over the model's.</param>
/// <param name="TrainingMemory">Bytes that training takes, for both types of the products, with blocks kept and recomputed.</param>
internal sealed record InfoReport(
    string Name, IReadOnlyList<InfoReport.Stage> Stages, long Parameters, long MultiplyAddsPerImage, InfoReport.Twin Baseline, double CostRatio,
    IReadOnlyList<InfoReport.Memory> TrainingMemory)
{
    private static readonly ComputePrecision[] _precisions = [ComputePrecision.BFloat16, ComputePrecision.Float32];
    private static readonly bool[] _recompute = [false, true];

    /// <summary>What the model was distilled from; null where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Student? Distillation { get; init; }

    /// <summary>Computes the report from a configuration.</summary>
    /// <param name="model">The architecture.</param>
    /// <param name="sampling">Steps and guidance.</param>
    /// <param name="training">How it is trained.</param>
    internal static InfoReport Of(ModelConfig model, SamplingConfig sampling, TrainingConfig training)
    {
        var forwards = sampling.Stages.Select(stage => stage.Forwards()).ToArray();
        var stages = Enumerable.Range(0, model.Stages.Length).Select(stage => StageOf(model, stage, forwards[stage])).ToList();
        var twin = model.SingleScaleTwin();
        var perImage = TransformerCost.PerImage(model, forwards);
        var twinPerImage = TransformerCost.PerImage(twin, [forwards[0]]);
        return new InfoReport(
            model.Name, stages, stages.Sum(stage => stage.Parameters), perImage, new Twin(twin.Name, twinPerImage), Math.Round((double)twinPerImage / perImage, 4),
            [.. MemoryOf(model, training)]);
    }

    private static Stage StageOf(ModelConfig model, int stage, int forwards)
    {
        var config = model.Transformer(stage);
        var cost = TransformerCost.Of(config);
        var name = stage == 0 ? model.Stages.Length == 1 ? "whole" : "base" : model.Stages.Length == 2 ? "residual" : $"residual {stage}";
        return new Stage(
            name, string.Join("x", config.InputSize), config.PatchSize, config.Width, config.Depth, config.Heads, BlockOf(config.Block),
            cost.Parameters, cost.Tokens, cost.MultiplyAdds, forwards);
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
        string Name, string Size, int PatchSize, int Width, int Depth, int Heads, IReadOnlyList<string> Block, long Parameters, int Tokens, long MultiplyAddsPerForward, int Forwards);

    /// <summary>A distilled model; windows are 0 for a stage that was left as it was.</summary>
    internal sealed record Student(string Teacher, IReadOnlyList<int> Windows, IReadOnlyList<double> Guidance);

    /// <summary>The single-scale twin.</summary>
    internal sealed record Twin(string Name, long MultiplyAddsPerImage);
}

/// <summary>Writes an <see cref="InfoReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(InfoReport))]
internal sealed partial class InfoJson : JsonSerializerContext;
