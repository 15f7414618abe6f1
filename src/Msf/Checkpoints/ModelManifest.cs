using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;

namespace Msf.Checkpoints;

/// <summary>The <c>model.json</c> of a model folder: everything but the weights that sampling needs.</summary>
public sealed record ModelManifest
{
    /// <summary>Version of the format that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Architecture of every stage, and the factorization.</summary>
    public required ModelConfig Model { get; init; }

    /// <summary>Path and prediction.</summary>
    public required DiffusionConfig Diffusion { get; init; }

    /// <summary>Default budgets and guidance.</summary>
    public required SamplingConfig Sampling { get; init; }

    /// <summary>Component statistics of the training data.</summary>
    public required ComponentStatistics Statistics { get; init; }

    /// <summary>Names of the classes, in the order of their indices.</summary>
    public required string[] ClassNames { get; init; }

    /// <summary>Where the model comes from; null where unknown.</summary>
    public ModelProvenance? Training { get; init; }

    /// <summary>Index of a class by its name or by its number.</summary>
    /// <param name="nameOrIndex">For example <c>clock</c> or <c>3</c>.</param>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    public int ClassIndex(string nameOrIndex)
    {
        var index = Array.FindIndex(ClassNames, name => string.Equals(name, nameOrIndex, StringComparison.OrdinalIgnoreCase));
        if (index < 0 && int.TryParse(nameOrIndex, out var number) && number >= 0 && number < ClassNames.Length) index = number;
        return index >= 0 ? index : throw new ArgumentException(
            $"there is no class \"{nameOrIndex}\"; choose one of {string.Join(", ", ClassNames.Select((name, i) => $"{i} {name}"))}.", nameof(nameOrIndex));
    }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (FormatVersion != CurrentFormat)
            return [$"formatVersion is {FormatVersion}, this program reads {CurrentFormat}; use the version of the program that wrote the model"];
        var errors = new List<string>([.. Model.Validate(), .. Diffusion.Validate()]);
        if (errors.Count > 0) return errors;
        errors.AddRange(Sampling.Validate(Model.Stages.Length));
        if (ClassNames.Length != Model.Classes) errors.Add($"there are {ClassNames.Length} class names for {Model.Classes} classes");
        var levels = Model.Factorization.Levels;
        if (Statistics.Components.Length != levels || Statistics.Conditions.Length != levels - 1)
            errors.Add($"statistics are of {Statistics.Components.Length} levels, the model has {levels}");
        foreach (var statistics in Statistics.Components.Concat(Statistics.Conditions))
            if (statistics.Mean.Length != Model.Channels || statistics.StandardDeviation.Length != Model.Channels || !statistics.StandardDeviation.All(s => s > 0))
                errors.Add($"statistics need {Model.Channels} means and positive standard deviations per level");
        return errors;
    }
}
