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
    /// <param name="model">The model, with the weaker one that guides, where there is one.</param>
    /// <param name="request">What is made.</param>
    internal static Dictionary<string, string> Describe(MsfModel model, SamplingRequest request)
    {
        var manifest = model.Manifest;
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
            ["msf:precision"] = model.Precision.ToName(),
        };
        if (model.Guide is { } guide) text["msf:guide"] = NameOf(guide);
        if (request.Size is { } size)
        {
            var factor = model.Autoencoder?.Config.Factor ?? 1;
            text["msf:size"] = $"{factor * size[1]}x{factor * size[0]}";
            text["msf:positions"] = string.Join(",", model.PositionScaling.Select(ListArgument.NameOf));
            var shifted = request.ShiftBySize ? SizeShift.Apply(request.Sampling, manifest.Model, size) : request.Sampling;
            text["msf:time-shift"] = string.Join(",", shifted.Stages.Select(stage => Text(stage.TimeShift)));
        }
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
