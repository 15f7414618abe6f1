using System.Globalization;
using Msf.Sampling;

namespace Msf.Bench;

/// <summary>Options of the quality studies, as NAME=VALUE words.</summary>
internal sealed record QualityOptions
{
    /// <summary>Samples of every point.</summary>
    public int Count { get; private set; } = 512;

    /// <summary>Seed of the samples.</summary>
    public long Seed { get; private set; }

    /// <summary>Images worked on together.</summary>
    public int Batch { get; private set; } = 16;

    /// <summary>Steps of the curves.</summary>
    public int[] Steps { get; private set; } = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

    /// <summary>Solvers of the curves; null for all that take no more than two evaluations a step.</summary>
    public SolverKind[]? Solvers { get; private set; }

    /// <summary>Guidance scales of the base stage; null leaves the model's.</summary>
    public double[]? Guidance { get; private set; }

    /// <summary>Steps of the stages that a curve holds fixed, one per stage; null takes the model's.</summary>
    public int[]? Fixed { get; private set; }

    /// <summary>Folder of the figures.</summary>
    public string Out { get; private set; } = ".";

    /// <summary>Reads the words.</summary>
    /// <exception cref="ArgumentException">A word is no option.</exception>
    public static QualityOptions Parse(IEnumerable<string> words)
    {
        var options = new QualityOptions();
        foreach (var word in words)
        {
            if (word.Split('=', 2) is not [var name, var value]) throw new ArgumentException($"\"{word}\" is no NAME=VALUE.");
            switch (name)
            {
                case "count": options.Count = Number<int>(value); break;
                case "seed": options.Seed = Number<long>(value); break;
                case "batch": options.Batch = Number<int>(value); break;
                case "steps": options.Steps = [.. value.Split(',').Select(Number<int>)]; break;
                case "fixed": options.Fixed = [.. value.Split(',').Select(Number<int>)]; break;
                case "guidance": options.Guidance = [.. value.Split(',').Select(Number<double>)]; break;
                case "solvers": options.Solvers = [.. value.Split(',').Select(solver => Enum.Parse<SolverKind>(solver, ignoreCase: true))]; break;
                case "out": options.Out = value; break;
                default: throw new ArgumentException($"there is no option {name}: count, seed, batch, steps, fixed, guidance, solvers, out.");
            }
        }
        Directory.CreateDirectory(options.Out);
        return options;
    }

    /// <summary>The solvers of the curves.</summary>
    public IReadOnlyList<SolverKind> SolversOrAll(StageSamplingConfig stage) => Solvers ?? [.. Enum.GetValues<SolverKind>().Where(solver =>
    {
        const int many = 64;
        return (stage with { Solver = solver, Steps = many, Guidance = new(), Grid = new() }).Forwards() <= 2 * many;
    })];

    private static T Number<T>(string text) where T : ISpanParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);
}
