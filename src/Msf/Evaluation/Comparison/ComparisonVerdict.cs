using System.Globalization;

namespace Msf.Evaluation;

/// <summary>Says in words what contests say in numbers, and how sure that is.</summary>
public static class ComparisonVerdict
{
    private const double Sure = 0.01, Likely = 0.05;

    /// <summary>
    /// The best factorized arm against every arm of one level; where there are none of the one kind, the best arm against all others. Probabilities are multiplied by the number of arms among
    /// which the best was chosen (Bonferroni).
    /// </summary>
    /// <param name="arms">The arms that have results.</param>
    /// <returns>The contests, and a sentence on each.</returns>
    public static IReadOnlyList<(ArmContest Contest, string Words)> Of(IReadOnlyList<ArmResult> arms)
    {
        var factorized = arms.Where(arm => arm.Stages > 1).ToList();
        var oneLevel = arms.Where(arm => arm.Stages == 1).ToList();
        var (candidates, rivals) = factorized.Count > 0 && oneLevel.Count > 0 ? (factorized, oneLevel) : ([.. arms], [.. arms]);
        if (candidates.Count == 0) return [];
        var best = candidates.MinBy(arm => arm.End.Distance.Mean)!;
        return
        [
            .. rivals.Where(rival => rival != best).Select(rival =>
            {
                var contest = ArmContest.Of(best, rival);
                return (contest, Words(contest, candidates.Count));
            }),
        ];
    }

    private static string Words(ArmContest contest, int chosenAmong)
    {
        var corrected = contest.Probability is { } p ? Math.Min(1, p * chosenAmong) : (double?)null;
        var (better, worse) = contest.Difference >= 0 ? (contest.Name, contest.Rival) : (contest.Rival, contest.Name);
        var difference = Math.Abs(contest.Difference).ToString("F2", CultureInfo.InvariantCulture);
        var error = contest.StandardError is { } e ? e.ToString("F2", CultureInfo.InvariantCulture) : null;
        var chosen = chosenAmong > 1 && contest.Probability is not null ? $", counted {chosenAmong} times for the choice among {chosenAmong} arms" : "";
        var probability = corrected is { } q ? string.Create(CultureInfo.InvariantCulture, $"p = {q:G2}{chosen}") : "";
        var result = corrected switch
        {
            null => $"\"{better}\" is nearer to the data than \"{worse}\" by {difference}; one seed says nothing about whether that repeats.",
            <= Sure => $"\"{better}\" is nearer to the data than \"{worse}\" at equal training cost, by {difference} ± {error} ({probability}).",
            <= Likely => $"\"{better}\" is probably nearer to the data than \"{worse}\" at equal training cost, by {difference} ± {error} ({probability}).",
            _ => $"Between \"{better}\" and \"{worse}\" these seeds cannot decide: {difference} ± {error} in favour of the former ({probability}).",
        };
        return $"{result} {Ratio("training", contest.TrainingRatio, contest.TrainingRatioIsBound)} {Ratio("sampling", contest.SamplingRatio, contest.SamplingRatioIsBound)}";

        string Ratio(string what, double? ratio, bool isBound)
        {
            var quality = what == "training" ? $"what \"{contest.Rival}\" has at its end" : $"the best images of \"{contest.Rival}\"";
            return ratio switch
            {
                null => $"\"{contest.Name}\" does not reach {quality} in {what} cost that was tried.",
                >= 1 => string.Create(CultureInfo.InvariantCulture, $"\"{contest.Name}\" reaches {quality} with {(isBound ? "at least " : "")}{ratio:F2} times less {what} cost."),
                _ => string.Create(CultureInfo.InvariantCulture, $"\"{contest.Name}\" reaches {quality} with {1 / ratio:F2} times the {what} cost{(isBound ? " or less" : "")}."),
            };
        }
    }
}
