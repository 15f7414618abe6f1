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
    public static RunConfig Adopt(SavedRun saved, RunConfig config, ILabeledSet source, Device device, Action<string> warn)
    {
        RequireSame(saved.Folder, Meaning(saved.Config), Meaning(config));
        RequireSameClasses(saved.Folder, saved.State.ClassNames, source);
        WarnOfOtherImages(saved.State.SourceImages, source, warn);
        WarnOfOtherBuckets(saved.Config, config, warn);
        return config with { Training = Adopt(saved.Config.Training, config.Training, saved.State.Environment, device, warn) };
    }

    /// <summary>Requires an autoencoder and its discriminator to be those of the run.</summary>
    /// <inheritdoc cref="Adopt(SavedRun, RunConfig, ILabeledSet, Device, Action{string})"/>
    public static AutoencoderRunConfig Adopt(SavedAutoencoderRun saved, AutoencoderRunConfig config, ILabeledSet source, Device device, Action<string> warn)
    {
        RequireSame(saved.Folder, Meaning(saved.Config), Meaning(config));
        WarnOfOtherImages(saved.State.SourceImages, source, warn);
        return config with { Training = Adopt(saved.Config.Training, config.Training, saved.State.Environment, device, warn) };
    }

    /// <summary>Requires a classifier, its classes and what it is judged by to be those of the run.</summary>
    /// <inheritdoc cref="Adopt(SavedRun, RunConfig, ILabeledSet, Device, Action{string})"/>
    public static ClassifierRunConfig Adopt(SavedClassifierRun saved, ClassifierRunConfig config, ILabeledSet source, Device device, Action<string> warn)
    {
        RequireSame(saved.Folder, Meaning(saved.Config), Meaning(config));
        RequireSameClasses(saved.Folder, saved.State.ClassNames, source);
        WarnOfOtherImages(saved.State.SourceImages, source, warn);
        return config with { Training = Adopt(saved.Config.Training, config.Training, saved.State.Environment, device, warn) };
    }

    private static TrainingConfig Adopt(TrainingConfig before, TrainingConfig now, RunEnvironment? known, Device device, Action<string> warn)
    {
        if (now.Precision == ComputePrecision.Auto) now = now with { Precision = before.Precision };
        WarnOfOtherBits(before.Precision, now.Precision, known, device, warn);
        return now;
    }

    private static void RequireSame(string folder, Dictionary<string, string> before, Dictionary<string, string> now)
    {
        var changed = before.Keys.Union(now.Keys).Where(path => Text(before, path) != Text(now, path)).Order(StringComparer.Ordinal).ToArray();
        if (changed.Length == 0) return;
        var listed = changed.Take(ListedAtMost).Select(path => $"{path} was {Text(before, path)} and is now {Text(now, path)}");
        var more = changed.Length > ListedAtMost ? $" and {changed.Length - ListedAtMost} more" : "";
        throw new ArgumentException(
            $"{folder} is of another model: {string.Join("; ", listed)}{more}; resume with the run's own config.json, or start a new run in another folder.");
    }

    private static void RequireSameClasses(string folder, string[]? before, ILabeledSet source)
    {
        string[] classes = [.. source.Classes.Select(known => known.Name)];
        if (before is not null && !before.SequenceEqual(classes))
            throw new ArgumentException($"{folder} was trained on the classes {string.Join(", ", before)}; {source.Name} has {string.Join(", ", classes)}: resume with the run's own data.");
    }

    private static void WarnOfOtherImages(int? before, ILabeledSet source, Action<string> warn)
    {
        if (before is { } images && images != source.Count)
            warn($"{source.Name} has {source.Count} images, the run was trained on {images}: from here on they come in another order.");
    }

    private static void WarnOfOtherBuckets(RunConfig before, RunConfig now, Action<string> warn)
    {
        static string Text(RunConfig config) => config.Data.Buckets is { } buckets ? string.Join(", ", buckets.Resolve()) : "none";
        if (Text(before) != Text(now)) warn($"data.buckets were {Text(before)} and are {Text(now)}: from here on images come in another order and other sizes.");
        else if (now.Data.Buckets is not null && before.Training.BatchSize != now.Training.BatchSize)
            warn($"training.batchSize was {before.Training.BatchSize} and is {now.Training.BatchSize}: with data.buckets images come in another order from here on.");
    }

    private static void WarnOfOtherBits(ComputePrecision before, ComputePrecision now, RunEnvironment? known, Device device, Action<string> warn)
    {
        var environment = RunEnvironment.Current(device, PrecisionSelector.Resolve(now, device));
        string[] differences =
        [
            .. before == now ? [] : new[] { $"precision {before.ToName()} before, {now.ToName()} now" },
            .. known is not null ? environment.DifferencesFrom(known) : [],
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
        (Path: "distillation", Node: JsonSerializer.SerializeToNode(config.Distillation is { } distilled ? distilled with { Teacher = "" } : null, JsonFormat.Line)),
        (Path: "training.postHocEma.relativeWidths", Node: JsonSerializer.SerializeToNode(config.Training.PostHocEma?.RelativeWidths, JsonFormat.Line)),
    }.SelectMany(part => Leaves(part.Node, part.Path)).ToDictionary();

    private static Dictionary<string, string> Meaning(AutoencoderRunConfig config) => new[]
    {
        (Path: "autoencoder", Node: JsonSerializer.SerializeToNode(config.Autoencoder, JsonFormat.Line)),
        (Path: "loss.discriminator.width", Node: JsonSerializer.SerializeToNode(config.Loss.Discriminator?.Width, JsonFormat.Line)),
        (Path: "loss.discriminator.layers", Node: JsonSerializer.SerializeToNode(config.Loss.Discriminator?.Layers, JsonFormat.Line)),
    }.SelectMany(part => Leaves(part.Node, part.Path)).ToDictionary();

    // The seed chooses what is held out: another one would train on what the run is judged by.
    private static Dictionary<string, string> Meaning(ClassifierRunConfig config) => new[]
    {
        (Path: "size", Node: JsonSerializer.SerializeToNode(config.Size, JsonFormat.Line)),
        (Path: "classifier", Node: JsonSerializer.SerializeToNode(config.Classifier, JsonFormat.Line)),
        (Path: "heldOut", Node: JsonSerializer.SerializeToNode(config.HeldOut, JsonFormat.Line)),
        (Path: "training.seed", Node: JsonSerializer.SerializeToNode(config.Training.Seed, JsonFormat.Line)),
    }.SelectMany(part => Leaves(part.Node, part.Path)).ToDictionary();

    private static IEnumerable<KeyValuePair<string, string>> Leaves(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value, $"{path}.{member.Key}")),
        JsonArray items => items.SelectMany((item, i) => Leaves(item, $"{path}.{i}")),
        _ => [new(path, node?.ToJsonString() ?? "null")],
    };

    private static string Text(Dictionary<string, string> leaves, string path) => leaves.GetValueOrDefault(path, "absent");
}
