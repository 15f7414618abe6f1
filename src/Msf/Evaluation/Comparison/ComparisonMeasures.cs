using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>How a comparison judges its models.</summary>
public sealed record ComparisonMeasures
{
    /// <summary>Feature network, as <see cref="FeatureNetworks.Open"/> takes it.</summary>
    public required string Features { get; init; }

    /// <summary>Images that samples are compared with; null, the default, takes what the models are trained on.</summary>
    public string? Data { get; init; }

    /// <summary>Most images of the data that stand for it; null, the default, takes all.</summary>
    public int? ReferenceImages { get; init; }

    /// <summary>Samples of a measurement; default 2,000. Distances of other numbers are no distances to compare with.</summary>
    public int Samples { get; init; } = 2000;

    /// <summary>Samples drawn together; default 50.</summary>
    public int BatchSize { get; init; } = 50;

    /// <summary>Type of the products while sampling; default auto.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;

    /// <summary>
    /// Steps per stage that models are judged by while they train, and at the end under every guidance scale. A model of fewer stages takes the first ones, one of more repeats the last.
    /// </summary>
    public required int[] Budget { get; init; }

    /// <summary>Further budgets of the trained models, as <see cref="Budget"/>: what quality costs in sampling.</summary>
    public int[][] Budgets { get; init; } = [];

    /// <summary>Guidance scales; every model is judged by the best of its own. Default 1, none.</summary>
    public double[] Guidance { get; init; } = [1];

    /// <summary>Steps of a budget for a model.</summary>
    /// <param name="budget">A budget.</param>
    /// <param name="stages">Stages of the model, at least 1.</param>
    public static int[] StepsOf(int[] budget, int stages) => [.. Enumerable.Range(0, stages).Select(stage => budget[Math.Min(stage, budget.Length - 1)])];

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Features)) errors.Add("features is empty; name a TorchScript network, the folder of a classifier, or pixels");
        if (ReferenceImages < 2) errors.Add($"referenceImages is {ReferenceImages}, expected at least 2, or none for all");
        if (Samples < ModelObjective.LeastSamples) errors.Add($"samples is {Samples}, expected at least {ModelObjective.LeastSamples}");
        if (BatchSize < 1) errors.Add($"batchSize is {BatchSize}, expected at least 1");
        foreach (var budget in Budgets.Prepend(Budget))
            if (budget.Length == 0 || budget.Any(steps => steps < 1)) errors.Add($"a budget is [{string.Join(", ", budget)}], expected steps of at least 1 per stage");
        if (Guidance.Length == 0 || Guidance.Any(scale => !(scale >= 0 && double.IsFinite(scale)))) errors.Add($"guidance is [{string.Join(", ", Guidance)}], expected scales of at least 0");
        return errors;
    }
}
