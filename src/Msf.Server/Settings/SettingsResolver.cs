using System.Security.Cryptography;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Sampling;

namespace Msf.Server;

/// <summary>Fills in what a request leaves out, and refuses what a model cannot do.</summary>
/// <param name="limits">What is accepted.</param>
internal sealed class SettingsResolver(ServerLimits limits)
{
    /// <summary>Largest seed that JSON numbers carry exactly in every language.</summary>
    internal const long LargestSeed = (1L << 53) - 1;

    /// <summary>Resolves settings.</summary>
    /// <param name="body">What was asked for.</param>
    /// <param name="card">The model.</param>
    /// <exception cref="RequestException">Something does not fit.</exception>
    internal GenerationSettings Resolve(SettingsBody body, ModelCard card)
    {
        var own = card.Manifest.Sampling.Stages;
        var solvers = body.Solver?.PerStage(own.Length, "solver").Select(ParseSolver).ToArray() ?? [.. own.Select(stage => stage.Solver)];
        var steps = body.Steps?.PerStage(own.Length, "steps") ?? [.. own.Select((stage, i) => solvers[i] == SolverKind.Dopri5 && stage.Solver != SolverKind.Dopri5 ? 1 : stage.Steps)];
        var settings = new GenerationSettings
        {
            Model = card.Name,
            Classes = Classes(body.Classes, card.Manifest),
            Count = InRange(body.Count ?? 1, 1, limits.Count, "count"),
            Seed = body.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            Steps = [.. steps.Select(count => InRange(count, 1, limits.Steps, "steps"))],
            Guidance = body.Guidance?.PerStage(own.Length, "guidance") ?? [.. own.Select(stage => stage.Guidance.Scale)],
            GuidanceInterval = Intervals(body.GuidanceInterval, own),
            Solver = solvers,
            Width = body.Width ?? card.Width,
            Height = body.Height ?? card.Height,
            BaseIndex = body.BaseIndex,
            Strength = body.Strength,
        };
        if (settings.Seed is < 0 or > LargestSeed) throw new RequestException($"seed is {settings.Seed}, expected 0 to {LargestSeed} (2^53 - 1).", "seed");
        if (settings.BaseIndex is < 0) throw new RequestException($"baseIndex is {settings.BaseIndex}, expected 0 or more.", "baseIndex");
        if (settings.Strength is { } strength && (!(strength is >= 0 and <= 1) || (strength > 0 && 1 - strength == 1))) throw new RequestException($"strength is {strength}, expected 0 (keep the base) to 1 (make it anew).", "strength");
        if ((long)settings.Width * settings.Height > limits.Pixels)
            throw new RequestException($"size is {settings.Width}x{settings.Height}, more than the {limits.Pixels} pixels accepted; choose a smaller one.", "width");
        if (card.Sizes.Error(settings.Height, settings.Width) is { } error) throw new RequestException($"{error}.", "width");
        if (Sampling(settings, card).Validate(own.Length) is { Count: > 0 } errors) throw new RequestException($"{string.Join("; ", errors)}.");
        if (settings.Steps.Max() > TimeGrid.MostSteps(card.Manifest.Diffusion.Path))
            throw new RequestException($"this model has {TimeGrid.MostSteps(card.Manifest.Diffusion.Path)} discrete steps; take at most as many.", "steps");
        return settings;
    }

    /// <summary>Budgets of the sampler for resolved settings.</summary>
    internal static SamplingConfig Sampling(GenerationSettings settings, ModelCard card) => card.Manifest.Sampling with
    {
        Stages =
        [
            .. card.Manifest.Sampling.Stages.Select((stage, i) => stage with
            {
                Steps = settings.Steps[i],
                Solver = settings.Solver[i],
                Guidance = stage.Guidance with { Scale = settings.Guidance[i], From = settings.GuidanceInterval[i][0], To = settings.GuidanceInterval[i][1] },
            }),
        ],
    };

    /// <summary>Index of the class of an image; the number of classes for the null class.</summary>
    internal static int Label(GenerationSettings settings, int image, ModelManifest manifest) =>
        settings.Classes[image % settings.Classes.Count] is { } name ? Array.IndexOf(manifest.ClassNames, name) : manifest.Model.Classes;

    private static string?[] Classes(ClassList? asked, ModelManifest manifest)
    {
        if (asked is null) return manifest.ClassNames;
        try
        {
            return [.. asked.Values.Select(name => name is null ? null : manifest.ClassNames[manifest.ClassIndex(name)])];
        }
        catch (ArgumentException)
        {
            var unknown = asked.Values.First(name => name is not null && !Known(name, manifest))!;
            throw new RequestException($"there is no class \"{(unknown.Length > 80 ? $"{unknown[..80]}..." : unknown)}\"; /api/models/NAME lists the classes.", "classes");
        }
    }

    private static bool Known(string name, ModelManifest manifest)
    {
        try
        {
            return manifest.ClassIndex(name) >= 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static IReadOnlyList<IReadOnlyList<double>> Intervals(IntervalList? asked, StageSamplingConfig[] own)
    {
        if (asked is null) return [.. own.Select(stage => (IReadOnlyList<double>)[stage.Guidance.From, stage.Guidance.To])];
        return new OneOrMany<IReadOnlyList<double>>(asked.Values).PerStage(own.Length, "guidanceInterval");
    }

    private static SolverKind ParseSolver(string name) =>
        Enum.GetValues<SolverKind>().Cast<SolverKind?>().FirstOrDefault(kind => string.Equals(kind.ToString(), name, StringComparison.OrdinalIgnoreCase))
        ?? throw new RequestException($"there is no such solver; choose one of {string.Join(", ", Enum.GetNames<SolverKind>().Select(JsonNamingPolicy.CamelCase.ConvertName))}.", "solver");

    private static int InRange(int value, int least, int most, string name) =>
        value >= least && value <= most ? value : throw new RequestException($"{name} is {value}, expected {least} to {most}.", name);
}
