using System.Globalization;

namespace Msf.Evaluation;

/// <summary>Where a comparison keeps what. Everything in it is complete or absent, so that several processes can work in one folder.</summary>
/// <param name="path">The folder; nothing is created yet.</param>
public sealed class ComparisonFolder(string path)
{
    /// <summary>The folder itself.</summary>
    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>The comparison, as it was read.</summary>
    public string Config => Path.Combine(Root, "compare.json");

    /// <summary>Statistics of the data's features.</summary>
    /// <param name="of">Tells of what.</param>
    public string Reference(string of) => Path.Combine(Root, $"reference-{of}.npz");

    /// <summary>What an arm with a seed has.</summary>
    public string Arm(PlannedArm arm) => Path.Combine(Root, "arms", arm.Arm.Name.Replace(' ', '-'), string.Create(CultureInfo.InvariantCulture, $"seed-{arm.Seed}"));

    /// <summary>Run folder of a training.</summary>
    public string Run(PlannedArm arm) => Path.Combine(Arm(arm), "run");

    /// <summary>The model as it was at one of the shares of its training cost.</summary>
    /// <param name="arm">An arm that trains weights of its own.</param>
    /// <param name="judged">Index into <see cref="PlannedArm.JudgedAtShares"/>.</param>
    public string Model(PlannedArm arm, int judged) =>
        Path.Combine(Arm(arm), "models", string.Create(CultureInfo.InvariantCulture, $"{arm.JudgedAtShares[judged]:0.####}"));

    /// <summary>Measurements of an arm with a seed.</summary>
    public string Journal(PlannedArm arm) => Path.Combine(Arm(arm), "measurements.jsonl");
}
