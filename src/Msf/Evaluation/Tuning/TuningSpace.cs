using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>The settings that a search chooses from: every combination of the values of its dimensions, laid over the model's own settings.</summary>
public sealed class TuningSpace
{
    private const double MostEvaluationsPerStep = 2;
    private const string StepsName = "steps";
    private static readonly int[] _steps = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 50, 64];
    private static readonly double[] _scales = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5];
    private static readonly double[] _from = [0, 0.1, 0.2, 0.3, 0.4];
    private static readonly double[] _to = [0.6, 0.7, 0.8, 0.9, 1];
    private static readonly double[] _shifts = [0.5, 0.7, 1, 1.5, 2, 3];
    private static readonly double[] _conditionTimes = [0.8, 0.9, 0.95, 0.975, 0.99, 1];

    /// <summary>Describes a space.</summary>
    /// <param name="own">The settings that it begins with.</param>
    /// <param name="dimensions">What varies.</param>
    public TuningSpace(SamplingConfig own, IReadOnlyList<TuningDimension> dimensions) => (Own, Dimensions) = (own, dimensions);

    /// <summary>The settings that the search begins with: the model's defaults.</summary>
    public SamplingConfig Own { get; }

    /// <summary>What varies.</summary>
    public IReadOnlyList<TuningDimension> Dimensions { get; }

    /// <summary>Whether a stage may have other steps than its own.</summary>
    public bool VariesSteps => Dimensions.Any(dimension => dimension.Name.EndsWith(StepsName, StringComparison.Ordinal));

    /// <summary>
    /// The space of a model: steps, every solver of at most two evaluations a step, guidance where the null class was trained, grid, and noise of the condition where the model was trained with it. Its
    /// own values are always among them.
    /// </summary>
    /// <param name="manifest">The model.</param>
    /// <param name="keep">What is not varied.</param>
    /// <param name="mostSteps">Most steps of a stage; the model's own may be more.</param>
    public static TuningSpace Of(ModelManifest manifest, IReadOnlyCollection<TuningSetting> keep, int mostSteps = 50)
    {
        var own = manifest.Sampling;
        var dimensions = new List<TuningDimension>();
        for (var stage = 0; stage < own.Stages.Length; stage++)
        {
            var settings = own.Stages[stage];
            void Add<T>(TuningSetting kind, string name, IEnumerable<T> values, Func<StageSamplingConfig, T, StageSamplingConfig> set)
            {
                T[] all = [.. values];
                if (!keep.Contains(kind) && all.Length > 1) dimensions.Add(TuningDimension.OfStage(name, stage, all, set));
            }
            var given = settings.Grid.Kind == TimeGridKind.Explicit;                          // its times are its steps
            if (!given) Add(TuningSetting.Steps, StepsName, With(_steps.Where(n => n <= mostSteps), settings.Steps), (s, n) => s with { Steps = n });
            Add(TuningSetting.Solver, "solver", Enum.GetValues<SolverKind>().Where(solver => solver == settings.Solver || IsSearched(settings, solver)), (s, solver) => s with { Solver = solver });
            if (!given) Add(TuningSetting.Grid, "grid", Enum.GetValues<TimeGridKind>().Where(kind => kind != TimeGridKind.Explicit), (s, kind) => s with { Grid = s.Grid with { Kind = kind } });
            Add(TuningSetting.Grid, "time shift", With(_shifts, settings.TimeShift), (s, shift) => s with { TimeShift = shift });
            if (manifest.Diffusion.LabelDropout == 0) continue;
            Add(TuningSetting.Guidance, "guidance", With(_scales, settings.Guidance.Scale), (s, scale) => s with { Guidance = s.Guidance with { Scale = scale } });
            Add(TuningSetting.Guidance, "guidance from", With(_from, settings.Guidance.From), (s, from) => s with { Guidance = s.Guidance with { From = from } });
            Add(TuningSetting.Guidance, "guidance to", With(_to, settings.Guidance.To), (s, to) => s with { Guidance = s.Guidance with { To = to } });
        }
        if (own.Stages.Length > 1 && manifest.Diffusion.NoiseCondition && !keep.Contains(TuningSetting.Condition))
        {
            double[] times = [.. With(_conditionTimes, own.ConditionTime ?? manifest.Diffusion.SamplingConditionTime)];
            dimensions.Add(new TuningDimension("condition time", times.Length, (sampling, choice) => sampling with { ConditionTime = times[choice] }));
        }
        return new TuningSpace(own, dimensions);
    }

    /// <summary>The settings of a combination, in one form where several mean the same; null where it is none that can be sampled with.</summary>
    /// <param name="choices">One number per dimension.</param>
    public SamplingConfig? Build(IReadOnlyList<int> choices)
    {
        var sampling = Own;
        for (var i = 0; i < Dimensions.Count; i++) sampling = Dimensions[i].Apply(sampling, choices[i]);
        if (sampling.Stages.Any(stage => stage.Guidance.From > stage.Guidance.To)) return null;
        sampling = sampling with { Stages = [.. sampling.Stages.Select(Plain)] };
        return sampling.Validate(sampling.Stages.Length).Count == 0 ? sampling : null;
    }

    /// <summary>Names settings: equal texts are equal settings.</summary>
    public static string Key(SamplingConfig sampling) => JsonSerializer.Serialize(sampling, JsonFormat.Line);

    // Without guidance its interval, and with one step its place, mean nothing.
    private static StageSamplingConfig Plain(StageSamplingConfig stage)
    {
        if (stage.Guidance.Scale == 1) stage = stage with { Guidance = stage.Guidance with { From = 0, To = 1 } };
        return stage.Steps == 1 && stage.Grid.Kind != TimeGridKind.Explicit ? stage with { TimeShift = 1, Grid = new() } : stage;
    }

    // A solver that chooses its own steps has none to search for.
    private static bool IsSearched(StageSamplingConfig stage, SolverKind solver)
    {
        const int many = 64;
        return (stage with { Solver = solver, Steps = many, Guidance = new(), Grid = new() }).Forwards() <= MostEvaluationsPerStep * many;
    }

    private static IEnumerable<T> With<T>(IEnumerable<T> values, T own) => values.Append(own).Distinct().Order();
}
