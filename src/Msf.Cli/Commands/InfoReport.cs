using System.Text.Json.Serialization;
using Msf.Models;
using Msf.Sampling;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf info --json</c> prints.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Stages">The stages, coarse to fine.</param>
/// <param name="Parameters">Parameters of all stages.</param>
/// <param name="MultiplyAddsPerImage">Multiply-adds of sampling one image.</param>
/// <param name="Baseline">The single-scale twin with the base's sampling budget.</param>
/// <param name="CostRatio">The twin's multiply-adds over the model's.</param>
internal sealed record InfoReport(
    string Name, IReadOnlyList<InfoReport.Stage> Stages, long Parameters, long MultiplyAddsPerImage, InfoReport.Twin Baseline, double CostRatio)
{
    /// <summary>Computes the report from a configuration.</summary>
    internal static InfoReport Of(ModelConfig model, SamplingConfig sampling)
    {
        var forwards = sampling.Stages.Select(stage => stage.Forwards()).ToArray();
        var stages = Enumerable.Range(0, model.Stages.Length).Select(stage => StageOf(model, stage, forwards[stage])).ToList();
        var twin = model.SingleScaleTwin();
        var perImage = TransformerCost.PerImage(model, forwards);
        var twinPerImage = TransformerCost.PerImage(twin, [forwards[0]]);
        return new InfoReport(
            model.Name, stages, stages.Sum(stage => stage.Parameters), perImage, new Twin(twin.Name, twinPerImage), Math.Round((double)twinPerImage / perImage, 4));
    }

    private static Stage StageOf(ModelConfig model, int stage, int forwards)
    {
        var config = model.Transformer(stage);
        var cost = TransformerCost.Of(config);
        var name = stage == 0 ? model.Stages.Length == 1 ? "whole" : "base" : model.Stages.Length == 2 ? "residual" : $"residual {stage}";
        return new Stage(
            name, string.Join("x", config.InputSize), config.PatchSize, config.Width, config.Depth, config.Heads,
            cost.Parameters, cost.Tokens, cost.MultiplyAdds, forwards);
    }

    /// <summary>One stage.</summary>
    internal sealed record Stage(
        string Name, string Size, int PatchSize, int Width, int Depth, int Heads, long Parameters, int Tokens, long MultiplyAddsPerForward, int Forwards);

    /// <summary>The single-scale twin.</summary>
    internal sealed record Twin(string Name, long MultiplyAddsPerImage);
}

/// <summary>Writes an <see cref="InfoReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(InfoReport))]
internal sealed partial class InfoJson : JsonSerializerContext;
