using System.Globalization;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>The text that sampled files carry, so that a file tells how to make it again.</summary>
internal static class SampleParameters
{
    /// <summary>Keywords and texts common to all images of a request.</summary>
    internal static Dictionary<string, string> Describe(ModelManifest manifest, SamplingRequest request, ComputePrecision precision)
    {
        var stages = request.Sampling.Stages;
        return new Dictionary<string, string>
        {
            ["Software"] = "Msf",
            ["msf:model"] = manifest.Model.Name,
            ["msf:seed"] = request.Seed.ToString(CultureInfo.InvariantCulture),
            ["msf:steps"] = string.Join(",", stages.Select(stage => stage.Steps)),
            ["msf:solver"] = string.Join(",", stages.Select(stage => JsonNameOf(stage.Solver))),
            ["msf:guidance"] = string.Join(",", stages.Select(stage => Text(stage.Guidance.Scale))),
            ["msf:guidance-interval"] = string.Join(";", stages.Select(stage => $"{Text(stage.Guidance.From)},{Text(stage.Guidance.To)}")),
            ["msf:precision"] = precision.ToName(),
        };
    }

    /// <summary>The text of one image, or of a sheet, on top of the common ones.</summary>
    internal static Dictionary<string, string> WithImages(
        IReadOnlyDictionary<string, string> common, IEnumerable<long> indices, IEnumerable<int> labels) => new(common)
        {
            ["msf:index"] = string.Join(",", indices),
            ["msf:class"] = string.Join(",", labels),
        };

    private static string JsonNameOf(SolverKind solver) => solver.ToString().ToLowerInvariant();

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
