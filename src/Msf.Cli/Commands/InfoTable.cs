using System.Globalization;
using Msf.Models;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf info --all</c> prints: every preset's cost as a Markdown table. <c>docs/cost.md</c> holds it.</summary>
internal static class InfoTable
{
    private static readonly string[] _head =
    [
        "| preset | parameters, M | tokens | G multiply-adds a forward pass | steps | forward passes | G an image | twin, G an image | ratio |",
        "|---|---|---|---|---|---|---|---|---|",
    ];

    /// <summary>The table's lines, presets sorted by data, resolution and size.</summary>
    internal static IEnumerable<string> Lines() => _head.Concat(Presets.Models.Select(name => (Name: name, Config: RunConfigReader.Read(name, []))).OrderBy(preset => Order(preset.Config.Model)).Select(preset => Row(preset.Name, preset.Config)));

    private static string Row(string name, RunConfig config)
    {
        var report = InfoReport.Of(config.Model, config.Sampling, config.Training, path: config.Diffusion.Path);
        string PerStage<T>(Func<InfoReport.Stage, T> of) => string.Join(" + ", report.Stages.Select(stage => string.Create(CultureInfo.InvariantCulture, $"{of(stage)}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{name}` | {report.Parameters / 1e6:F1} | {PerStage(stage => stage.Tokens)} | {PerStage(stage => Giga(stage.MultiplyAddsPerForward))} | {string.Join(" + ", config.Sampling.Stages.Select(stage => stage.Steps))} | {PerStage(stage => stage.Forwards)} | {Giga(report.MultiplyAddsPerImage)} | {(report.Stages.Count > 1 ? Giga(report.Baseline.MultiplyAddsPerImage) : "")} | {(report.Stages.Count > 1 ? report.CostRatio.ToString("F2", CultureInfo.InvariantCulture) : "")} |");
    }

    private static string Giga(long multiplyAdds) => (multiplyAdds / 1e9).ToString(multiplyAdds < 1e10 ? "F2" : multiplyAdds < 1e12 ? "F1" : "F0", CultureInfo.InvariantCulture);

    // Small data first; of ImageNet 256 px, then 512, each by width, one level before several.
    private static (bool, int, int, int) Order(ModelConfig model) => (model.Classes == 1000, model.Size[0], model.Stages[0].Width, model.Stages.Length);
}
