using System.Text.Json;
using Msf.Training;

namespace Msf.Evaluation;

/// <summary>Works out what a comparison trains: every arm for every seed, each as long as the common training cost lets it be.</summary>
public static class ComparisonPlan
{
    private const long ManyImages = 1L << 40;

    /// <summary>Resolves all arms and seeds, in the order of work: all seeds of an arm, then the next arm.</summary>
    /// <param name="config">A valid comparison.</param>
    /// <exception cref="ArgumentException">There is no such preset, or a member cannot be set.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">An arm's configuration is broken, or unusable.</exception>
    public static IReadOnlyList<PlannedArm> Of(ComparisonConfig config) => [.. config.Arms.SelectMany(arm => config.Seeds.Select(seed => Plan(config, arm, seed)))];

    private static PlannedArm Plan(ComparisonConfig config, ComparisonArm arm, long seed)
    {
        var sampled = Read(config, arm);
        var trained = arm.TrainedAs is { } other ? Read(config, config.Arms.First(candidate => candidate.Name == other)) with { Sampling = sampled.Sampling } : sampled;
        if (trained.Model.Validate() is { Count: > 0 } faults) throw new InvalidDataException($"arm \"{arm.Name}\": {string.Join("; ", faults)}");
        var length = Length(trained, config.TrainingCost * 1e12);
        var resolved = trained with { Training = trained.Training with { MaxImages = length, Seed = seed } };
        if (resolved.Validate() is { Count: > 0 } errors) throw new InvalidDataException($"arm \"{arm.Name}\": {string.Join("; ", errors)}");
        return new PlannedArm
        {
            Arm = arm,
            Seed = seed,
            Config = resolved,
            JudgedAtShares = [.. config.JudgeAt, 1],
            JudgedAtImages = [.. config.JudgeAt.Select(share => Math.Max(1, (long)(share * length))), length],
        };
    }

    private static RunConfig Read(ComparisonConfig config, ComparisonArm arm)
    {
        static IEnumerable<string> Assignments(IReadOnlyDictionary<string, JsonElement> set) => set.Select(member => $"{member.Key}={member.Value.GetRawText()}");
        try
        {
            return RunConfigReader.Read(config.Run, [.. Assignments(config.Set), .. Assignments(arm.Set)]);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"arm \"{arm.Name}\": {e.Message}", e);
        }
    }

    // Images in all, as many whole batches as the cost pays for, at least one.
    private static long Length(RunConfig config, double multiplyAdds)
    {
        var shares = new ComputeShares(config);
        var batch = Math.Max(1, config.Training.BatchSize);
        var perImage = shares.TrainingMultiplyAdds(shares.ImagesPerStage(ManyImages)) / ManyImages;
        return Math.Max(batch, (long)(multiplyAdds / perImage) / batch * batch);
    }
}
