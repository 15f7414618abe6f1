using System.Text.Json;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Evaluation;

/// <summary>
/// The comparison that a training configuration stands for: its model, its one-level twin, and the one-level model with doubled patch, at the cost of the configured run. Guidance is set for the
/// stages of the model that the configuration guides.
/// </summary>
public static class DefaultComparison
{
    /// <summary>Makes it.</summary>
    /// <param name="presetOrFile">A training preset, or a file.</param>
    /// <param name="assignments">Members to set, as <c>msf train --set</c> takes them.</param>
    /// <exception cref="ArgumentException">There is no such preset, or the model has one level already.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The configuration is broken, or unusable.</exception>
    public static ComparisonConfig Of(string presetOrFile, IReadOnlyList<string> assignments)
    {
        var run = RunConfigReader.Read(presetOrFile, assignments);
        if (run.Validate() is { Count: > 0 } errors) throw new InvalidDataException($"{presetOrFile}: {string.Join("; ", errors)}");
        if (run.Model.Stages.Length < 2) throw new ArgumentException($"{presetOrFile} has one level, and nothing to compare it with; give a factorized configuration, or a comparison with arms of its own.");
        var shares = new ComputeShares(run);
        // Where no stage is guided, none is left out, so that scales that somebody adds to the file are of all.
        int[] guided = [.. Enumerable.Range(0, run.Sampling.Stages.Length).Where(stage => run.Sampling.Stages[stage].Guidance.IsOn)];
        int[] Part(int of) => [.. run.Sampling.Stages.Select(stage => Math.Max(1, stage.Steps / of))];
        return new ComparisonConfig
        {
            Name = $"{run.Model.Name} against one level at equal training cost",
            Run = presetOrFile,
            Set = Members(run),
            TrainingCost = shares.TrainingMultiplyAdds(shares.ImagesPerStage(run.Training.MaxImages)) / 1e12,
            JudgeAt = [0.25, 0.5],
            Seeds = [run.Training.Seed],
            Arms = [new ComparisonArm { Name = "factorized", GuidedStages = guided.Length > 0 ? guided : null }, OneLevel(run, 1), OneLevel(run, 2)],
            Measures = new ComparisonMeasures
            {
                Features = PixelFeatures.KnownAs,
                Budget = Part(1),
                Budgets = [Part(4), Part(2)],
                Guidance = [run.Sampling.Stages[guided.FirstOrDefault()].Guidance.Scale],
            },
        };
    }

    private static ComparisonArm OneLevel(RunConfig run, int patchFactor)
    {
        var stage = run.Model.Stages[0];
        stage = stage with { PatchSize = patchFactor * stage.PatchSize };
        var twin = run.Model.SingleScaleTwin();
        var set = new Dictionary<string, JsonElement>
        {
            ["model"] = Json(twin with { Name = $"{twin.Name}, patch {stage.PatchSize}", Stages = [stage] }),
            ["sampling.stages"] = Json(new[] { run.Sampling.Stages[0] }),
            ["training.stageShares"] = Json<double[]?>(null),
            ["training.initializeFromBaseAfterImages"] = Json<long?>(null),
        };
        return new ComparisonArm { Name = $"one level, patch {stage.PatchSize}", Set = set };
    }

    // What the assignments made of the file, whole: the comparison is kept without them.
    private static Dictionary<string, JsonElement> Members(RunConfig run) => new()
    {
        ["model"] = Json(run.Model),
        ["diffusion"] = Json(run.Diffusion),
        ["sampling"] = Json(run.Sampling),
        ["data"] = Json(run.Data),
        ["training"] = Json(run.Training),
    };

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, JsonFormat.Line);
}
