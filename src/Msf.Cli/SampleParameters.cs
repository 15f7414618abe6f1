using System.Globalization;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>The text that sampled files carry, so that a file tells how to make it again.</summary>
internal static class SampleParameters
{
    /// <summary>Keywords and texts common to all images of a request.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="request">What is made.</param>
    /// <param name="precision">Type of the products.</param>
    /// <param name="guide">The weaker model that guides, where there is one.</param>
    internal static Dictionary<string, string> Describe(ModelManifest manifest, SamplingRequest request, ComputePrecision precision, ModelManifest? guide)
    {
        var stages = request.Sampling.Stages;
        var text = new Dictionary<string, string>
        {
            ["Software"] = "Msf",
            ["msf:model"] = manifest.Model.Name,
            ["msf:seed"] = request.Seed.ToString(CultureInfo.InvariantCulture),
            ["msf:steps"] = string.Join(",", stages.Select(stage => stage.Steps)),
            ["msf:solver"] = string.Join(",", stages.Select(stage => ListArgument.NameOf(stage.Solver))),
            ["msf:grid"] = string.Join(",", stages.Select(GridArgument.Describe)),
            ["msf:guidance"] = string.Join(",", stages.Select(stage => Text(stage.Guidance.Scale))),
            ["msf:guidance-interval"] = string.Join(";", stages.Select(stage => $"{Text(stage.Guidance.From)},{Text(stage.Guidance.To)}")),
            ["msf:guidance-ramp"] = string.Join(",", stages.Select(stage => ListArgument.NameOf(stage.Guidance.Ramp))),
            ["msf:guidance-rescale"] = string.Join(",", stages.Select(stage => Text(stage.Guidance.Rescale))),
            ["msf:guidance-source"] = string.Join(",", stages.Select(stage => ListArgument.NameOf(stage.Guidance.Source))),
            ["msf:sampling"] = JsonSerializer.Serialize(request.Sampling, JsonFormat.Line),
            ["msf:precision"] = precision.ToName(),
        };
        if (guide is not null) text["msf:guide"] = NameOf(guide);
        return text;
    }

    /// <summary>The text of one image, or of a sheet, on top of the common ones.</summary>
    internal static Dictionary<string, string> WithImages(
        IReadOnlyDictionary<string, string> common, IEnumerable<long> indices, IEnumerable<int> labels) => new(common)
        {
            ["msf:index"] = string.Join(",", indices),
            ["msf:class"] = string.Join(",", labels),
        };

    // A checkpoint of the same run has the same name: what tells it apart are its images and its digest.
    private static string NameOf(ModelManifest guide)
    {
        var images = guide.Training is { } training ? $", {training.ImagesPerStage.Max()} images" : "";
        return $"{guide.Model.Name}{images}{(guide.Digest is { } digest ? $", {digest[..12]}" : "")}";
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
