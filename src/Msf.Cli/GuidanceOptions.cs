using System.CommandLine;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>How <c>msf sample</c> and <c>msf info</c> are told to guide, on top of the model's own settings.</summary>
internal sealed class GuidanceOptions
{
    private readonly Option<string?> _scale = new("--guidance") { Description = "Guidance scale per stage; 1 is none.", HelpName = "1.5,1.0" };
    private readonly Option<string?> _interval = new("--guidance-interval")
    {
        Description = "Guide only between these times, 0 noise to 1 data; one pair for all stages, or one per stage.",
        HelpName = "LO,HI[;LO,HI]",
    };

    private readonly Option<string?> _ramp = new("--guidance-ramp")
    {
        Description = "How the scale goes over the interval, per stage: constant, linearUp, linearDown or cosine.",
        HelpName = "NAME[,NAME]",
    };

    private readonly Option<string?> _rescale = new("--guidance-rescale")
    {
        Description = "How far guided predictions get their standard deviation back, per stage: 0 not at all, 1 wholly.",
        HelpName = "0.7[,0]",
    };

    private readonly Option<string?> _guide = new("--guide")
    {
        Description = "Guide by this weaker model (an earlier checkpoint, a smaller model) instead of the null class.",
        HelpName = "DIR",
    };

    /// <summary>All of them.</summary>
    internal IEnumerable<Option> All => [_scale, _interval, _ramp, _rescale, _guide];

    /// <summary>The folder of the weaker model; null where guidance is by the null class.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such model.</exception>
    internal string? Guide(ParseResult arguments) => arguments.GetValue(_guide) is { } guide ? BundledModels.Find(guide) : null;

    /// <summary>The settings of every stage with what was given in place of the model's own.</summary>
    /// <exception cref="UsageException">An option makes no sense.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such weaker model.</exception>
    internal StageSamplingConfig[] Apply(StageSamplingConfig[] stages, ParseResult arguments)
    {
        if (arguments.GetValue(_scale) is { } scales)
            stages = With(stages, ListArgument.PerStage<double>(scales, stages.Length, "--guidance"), (guidance, scale) => guidance with { Scale = scale });
        if (arguments.GetValue(_interval) is { } intervals)
            stages = With(stages, Intervals(intervals, stages.Length), (guidance, interval) => guidance with { From = interval.From, To = interval.To });
        if (arguments.GetValue(_ramp) is { } ramps)
            stages = With(stages, ListArgument.NamesPerStage<GuidanceRamp>(ramps, stages.Length, "--guidance-ramp"), (guidance, ramp) => guidance with { Ramp = ramp });
        if (arguments.GetValue(_rescale) is { } rescales)
            stages = With(stages, ListArgument.PerStage<double>(rescales, stages.Length, "--guidance-rescale"), (guidance, rescale) => guidance with { Rescale = rescale });
        if (Guide(arguments) is null) return stages;
        // A model may say itself which stages a weaker one guides; of one that does not, all.
        if (stages.All(stage => stage.Guidance.Source == GuidanceSource.NullClass))
            stages = [.. stages.Select(stage => stage with { Guidance = stage.Guidance with { Source = GuidanceSource.WeakerModel } })];
        return stages.Any(stage => stage.Guidance is { IsOn: true, Source: GuidanceSource.WeakerModel })
            ? stages
            : throw new UsageException("--guide has no stage to guide: every scale is 1; give --guidance, for example 1.5.");
    }

    private static (double From, double To)[] Intervals(string text, int stages)
    {
        var pairs = text.Split(';');
        if (pairs.Length != 1 && pairs.Length != stages)
            throw new UsageException($"--guidance-interval has {pairs.Length} pairs, the model {stages} stages; give one, or one per stage, coarse to fine.");
        var intervals = pairs.Select(pair => ListArgument.Parse<double>(pair, "--guidance-interval") is [var from, var to]
            ? (from, to)
            : throw new UsageException($"--guidance-interval is \"{text}\"; expected two times, for example 0.1,0.8, or two per stage, 0.1,0.8;0,0.5.")).ToArray();
        return intervals.Length == 1 ? [.. Enumerable.Repeat(intervals[0], stages)] : intervals;
    }

    private static StageSamplingConfig[] With<T>(StageSamplingConfig[] stages, T[] values, Func<GuidanceConfig, T, GuidanceConfig> change) =>
        [.. stages.Zip(values, (stage, value) => stage with { Guidance = change(stage.Guidance, value) })];
}
