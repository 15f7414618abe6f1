using System.Text.Json;
using System.Text.Json.Nodes;
using Msf.Runtime;

namespace Msf.Training;

/// <summary>Resolves a run's configuration: a preset or a file, then single members set on top.</summary>
public static class RunConfigReader
{
    /// <summary>Reads and resolves a configuration.</summary>
    /// <param name="presetOrFile">A preset's name or a JSON file's path; a file wins over a preset of the same name.</param>
    /// <param name="assignments">Members to set, as <c>training.batchSize=32</c>; values are JSON, or text where they are not.</param>
    /// <exception cref="ArgumentException">There is no such preset, or an assignment is malformed.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is broken, or a member is unknown, missing or of the wrong type.</exception>
    public static RunConfig Read(string presetOrFile, IEnumerable<string> assignments)
    {
        var json = Resolve(presetOrFile, assignments);
        if (KindOf(json) is var kind and not RunKind.Model)
            throw new InvalidDataException($"{presetOrFile} describes {(kind == RunKind.Autoencoder ? "an autoencoder" : "a classifier")}, where a diffusion model is expected; msf train takes it.");
        return JsonFormat.Parse<RunConfig>(Text(json, presetOrFile), presetOrFile);
    }

    /// <summary>Reads and resolves a configuration that trains an autoencoder.</summary>
    /// <inheritdoc cref="Read"/>
    public static AutoencoderRunConfig ReadAutoencoder(string presetOrFile, IEnumerable<string> assignments) =>
        JsonFormat.Parse<AutoencoderRunConfig>(Text(Resolve(presetOrFile, assignments), presetOrFile), presetOrFile);

    /// <summary>Reads and resolves a configuration that trains a classifier.</summary>
    /// <inheritdoc cref="Read"/>
    public static ClassifierRunConfig ReadClassifier(string presetOrFile, IEnumerable<string> assignments) =>
        JsonFormat.Parse<ClassifierRunConfig>(Text(Resolve(presetOrFile, assignments), presetOrFile), presetOrFile);

    /// <summary>Sets members of a configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="assignments">Members to set, as in <see cref="Read"/>.</param>
    /// <exception cref="ArgumentException">An assignment is malformed.</exception>
    /// <exception cref="InvalidDataException">A member is unknown, or of the wrong type.</exception>
    public static RunConfig Set(RunConfig config, IEnumerable<string> assignments)
    {
        const string what = "the configuration";
        var json = Parse(JsonSerializer.Serialize(config, JsonFormat.Line), what);
        foreach (var assignment in assignments) Assign(json, assignment);
        return JsonFormat.Parse<RunConfig>(Text(json, what), what);
    }

    /// <summary>What a configuration trains.</summary>
    /// <param name="presetOrFile">A preset's name or a JSON file's path.</param>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    public static RunKind KindOf(string presetOrFile) => KindOf(Resolve(presetOrFile, []));

    /// <summary>Whether a configuration, of whatever it is, has a member.</summary>
    /// <inheritdoc cref="KindOf(string)"/>
    internal static bool Has(string presetOrFile, string member) => Resolve(presetOrFile, []).ContainsKey(member);

    private static RunKind KindOf(JsonObject json) =>
        json.ContainsKey("model") ? RunKind.Model : json.ContainsKey("autoencoder") ? RunKind.Autoencoder : json.ContainsKey("classifier") ? RunKind.Classifier : RunKind.Model;

    private static JsonObject Resolve(string presetOrFile, IEnumerable<string> assignments)
    {
        var isFile = File.Exists(presetOrFile);
        if (!isFile && Path.HasExtension(presetOrFile))
            throw new FileNotFoundException($"there is no file {presetOrFile}; give a file, or a preset: {string.Join(", ", Presets.Names)}.");
        var text = isFile ? File.ReadAllText(presetOrFile) : Presets.Read(presetOrFile);
        var json = Parse(text, presetOrFile);
        foreach (var assignment in assignments) Assign(json, assignment);
        return json;
    }

    private static string Text(JsonObject json, string what)
    {
        try
        {
            return json.ToJsonString();
        }
        catch (InvalidOperationException error)
        {
            throw JsonFormat.Explain(error, what);
        }
    }

    private static JsonObject Parse(string text, string what)
    {
        try
        {
            var options = new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            };
            return JsonNode.Parse(text, documentOptions: options) as JsonObject
                ?? throw new InvalidDataException($"{what}: expected a JSON object.");
        }
        catch (Exception error) when (JsonFormat.IsFault(error))
        {
            throw JsonFormat.Explain(error, what);
        }
    }

    private static void Assign(JsonObject root, string assignment)
    {
        var split = assignment.IndexOf('=');
        if (split < 1) throw new ArgumentException($"\"{assignment}\" sets nothing; expected key=value, for example training.batchSize=32.");
        var path = assignment[..split].Split('.');
        JsonNode target = root;
        foreach (var part in path[..^1])
            target = Child(target, part) ?? throw new ArgumentException($"\"{assignment}\": there is no \"{part}\" to set a member of.");
        var value = ParseValue(assignment[(split + 1)..]);
        if (target is JsonArray array && int.TryParse(path[^1], out var index) && index >= 0 && index < array.Count) array[index] = value;
        else if (target is JsonObject parent) parent[path[^1]] = value;
        else throw new ArgumentException($"\"{assignment}\": there is no \"{path[^1]}\" to set.");
    }

    // A missing object is made, so that members whose parents are defaults can be set too.
    private static JsonNode? Child(JsonNode node, string name) => node switch
    {
        JsonArray array => int.TryParse(name, out var index) && index >= 0 && index < array.Count ? array[index] : null,
        JsonObject parent => parent[name] ?? (parent[name] = new JsonObject()),
        _ => null,
    };

    private static JsonNode? ParseValue(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
