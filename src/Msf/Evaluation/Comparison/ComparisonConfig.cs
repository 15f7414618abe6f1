using System.Text.Json;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Evaluation;

/// <summary>
/// A comparison of models at equal training cost: one configuration, several arms that change it, several seeds of each. A file of <c>msf compare</c> is one of these.
/// </summary>
public sealed record ComparisonConfig
{
    /// <summary>What is asked, for the report's title.</summary>
    public required string Name { get; init; }

    /// <summary>Preset or file of the configuration that all arms change.</summary>
    public required string Run { get; init; }

    /// <summary>Members of that configuration to set for all arms, by their path.</summary>
    public IReadOnlyDictionary<string, JsonElement> Set { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Training cost of every model in T (10^12) multiply-adds; a training step counts three forward passes.</summary>
    public required double TrainingCost { get; init; }

    /// <summary>Shares of the training cost at which models are judged besides its end, rising, each above 0 and below 1.</summary>
    public double[] JudgeAt { get; init; } = [];

    /// <summary>Seeds of every arm; of training and of the samples.</summary>
    public required long[] Seeds { get; init; }

    /// <summary>The models, the most important ones first: all seeds of one are trained before the next.</summary>
    public required ComparisonArm[] Arms { get; init; }

    /// <summary>How they are judged.</summary>
    public required ComparisonMeasures Measures { get; init; }

    /// <summary>Whether a configuration describes a comparison, and not a training.</summary>
    /// <param name="presetOrFile">A file, or the name of a preset, which is a training.</param>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    public static bool IsComparison(string presetOrFile) => RunConfigReader.Has(presetOrFile, "arms");

    /// <summary>Reads a file.</summary>
    /// <param name="path">JSON, comments allowed.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no configuration of a comparison, or an unusable one.</exception>
    public static ComparisonConfig Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no comparison {path}; give a JSON file with name, run, trainingCost, seeds, arms and measures.", path);
        var config = JsonFormat.Parse<ComparisonConfig>(File.ReadAllText(path), path);
        return config.Validate() is { Count: > 0 } errors ? throw new InvalidDataException($"{path}: {string.Join("; ", errors)}") : config;
    }

    /// <summary>Everything that is wrong, one line each; empty when usable. <see cref="ComparisonPlan"/> checks the arms' configurations.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>(Measures.Validate().Select(error => $"measures: {error}"));
        if (!(TrainingCost > 0 && double.IsFinite(TrainingCost))) errors.Add($"trainingCost is {TrainingCost}, expected T multiply-adds above 0");
        if (JudgeAt.Any(share => !(share > 0 && share < 1)) || !JudgeAt.SequenceEqual(JudgeAt.Order().Distinct()))
            errors.Add($"judgeAt is [{string.Join(", ", JudgeAt)}], expected rising shares above 0 and below 1");
        if (Seeds.Length == 0 || Seeds.Distinct().Count() != Seeds.Length) errors.Add($"seeds is [{string.Join(", ", Seeds)}], expected at least one, each once");
        if (Arms.Length == 0) errors.Add("arms is empty; give at least one");
        if (Arms.Select(arm => arm.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() != Arms.Length) errors.Add("two arms have the same name; each needs its own");
        foreach (var arm in Arms)
        {
            if (arm.Name.Length == 0 || arm.Name.Any(c => !char.IsLetterOrDigit(c) && c is not (' ' or '-' or '_' or ',' or '+' or '.')) || arm.Name[0] == '.')
                errors.Add($"an arm is called \"{arm.Name}\"; expected letters, digits, spaces and -_,+. since a folder takes the name");
            if (arm.TrainedAs is { } other && Arms.FirstOrDefault(candidate => candidate.Name == other) is not { TrainedAs: null })
                errors.Add($"arm \"{arm.Name}\" is trained as \"{other}\", expected the name of an arm that trains weights of its own");
        }
        return errors;
    }
}
