using System.Text.Json;
using System.Text.Json.Nodes;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Decides whether a run may go on with a configuration and a source that may have changed since it stopped.</summary>
internal static class ResumeCheck
{
    private const int ListedAtMost = 4;

    /// <summary>Requires the architecture, what the networks predict and the classes to be those of the run.</summary>
    /// <param name="saved">What the run left.</param>
    /// <param name="config">The configuration to go on with.</param>
    /// <param name="source">The images to go on with.</param>
    /// <param name="device">Where it goes on.</param>
    /// <param name="warn">Told of what is allowed and yet no exact continuation.</param>
    /// <returns>The configuration, with the precision that the run was started with where it leaves the choice.</returns>
    /// <exception cref="ArgumentException">The trained weights mean nothing under this configuration; the message names what differs.</exception>
    public static RunConfig Adopt(SavedRun saved, RunConfig config, IImageSource source, Device device, Action<string> warn)
    {
        var (before, now) = (Meaning(saved.Config), Meaning(config));
        var changed = before.Keys.Union(now.Keys).Where(path => Text(before, path) != Text(now, path)).Order(StringComparer.Ordinal).ToArray();
        if (changed.Length > 0)
        {
            var listed = changed.Take(ListedAtMost).Select(path => $"{path} was {Text(before, path)} and is now {Text(now, path)}");
            var more = changed.Length > ListedAtMost ? $" and {changed.Length - ListedAtMost} more" : "";
            throw new ArgumentException(
                $"{saved.Folder} is of another model: {string.Join("; ", listed)}{more}; resume with the run's own config.json, or start a new run in another folder.");
        }
        string[] classes = [.. source.Classes.Select(known => known.Name)];
        if (saved.State.ClassNames is { } names && !names.SequenceEqual(classes))
            throw new ArgumentException(
                $"{saved.Folder} was trained on the classes {string.Join(", ", names)}; {source.Name} has {string.Join(", ", classes)}: resume with the run's own data.");
        if (saved.State.SourceImages is { } images && images != source.Count)
            warn($"{source.Name} has {source.Count} images, the run was trained on {images}: from here on they come in another order.");
        if (config.Training.Precision == ComputePrecision.Auto)
            config = config with { Training = config.Training with { Precision = saved.Config.Training.Precision } };
        WarnOfOtherBits(saved, config, RunEnvironment.Current(device, PrecisionSelector.Resolve(config.Training.Precision, device)), warn);
        return config;
    }

    private static void WarnOfOtherBits(SavedRun saved, RunConfig config, RunEnvironment environment, Action<string> warn)
    {
        var (before, now) = (saved.Config.Training.Precision, config.Training.Precision);
        string[] differences =
        [
            .. before == now ? [] : new[] { $"precision {before.ToName()} before, {now.ToName()} now" },
            .. saved.State.Environment is { } known ? environment.DifferencesFrom(known) : [],
        ];
        if (differences.Length > 0)
            warn($"the run goes on, but not bit for bit as if it had never stopped: {string.Join("; ", differences)}.");
    }

    // What gives the weights, and averages of all that was, their meaning, by the paths that --set takes.
    private static Dictionary<string, string> Meaning(RunConfig config) => new[]
    {
        (Path: "model", Node: JsonSerializer.SerializeToNode(config.Model with { Name = "" }, JsonFormat.Line)),
        (Path: "diffusion.path", Node: JsonSerializer.SerializeToNode(config.Diffusion.Path, JsonFormat.Line)),
        (Path: "diffusion.prediction", Node: JsonSerializer.SerializeToNode(config.Diffusion.Prediction, JsonFormat.Line)),
        (Path: "training.postHocEma.relativeWidths", Node: JsonSerializer.SerializeToNode(config.Training.PostHocEma?.RelativeWidths, JsonFormat.Line)),
    }.SelectMany(part => Leaves(part.Node, part.Path)).ToDictionary();

    private static IEnumerable<KeyValuePair<string, string>> Leaves(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value, $"{path}.{member.Key}")),
        JsonArray items => items.SelectMany((item, i) => Leaves(item, $"{path}.{i}")),
        _ => [new(path, node?.ToJsonString() ?? "null")],
    };

    private static string Text(Dictionary<string, string> leaves, string path) => leaves.GetValueOrDefault(path, "absent");
}
