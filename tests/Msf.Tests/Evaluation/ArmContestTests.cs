using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class ArmContestTests
{
    [Fact]
    public void The_mean_has_the_error_of_its_seeds()
    {
        var mean = MeanWithError.Of([1, 2, 3]);
        Assert.Equal((2.0, 3), (mean.Mean, mean.Count));
        Assert.Equal(1 / Math.Sqrt(3), mean.StandardError!.Value, 1e-12);
        Assert.Null(MeanWithError.Of([4]).StandardError);
    }

    [Fact]
    public void A_difference_is_judged_by_Welchs_test()
    {
        var contest = ArmContest.Of(ArmResults.Of("a", 2, 2, 10, 12, 11), ArmResults.Of("b", 1, 2, 15, 16, 20));
        Assert.Equal(6, contest.Difference, 1e-12);
        Assert.Equal(Math.Sqrt(1 / 3.0 + 7 / 3.0), contest.StandardError!.Value, 1e-12);
        Assert.Equal(0.045317554, contest.Probability!.Value, 1e-8);                          // t = 3.674 with 2.56 degrees of freedom
        Assert.Equal(1, ArmContest.Of(ArmResults.Of("a", 2, 2, 5, 5), ArmResults.Of("b", 1, 2, 5, 5)).Probability);
        Assert.Null(ArmContest.Of(ArmResults.Of("a", 2, 2, 5), ArmResults.Of("b", 1, 2, 5, 6)).Probability);
    }

    [Fact]
    public void Costs_are_compared_where_quality_is_equal()
    {
        // The arm goes from 20 at a cost of 4 to 10 at 8 and is at the rival's 10 at 8; sampled, it has 20 at 1 and 10 at 2.
        var even = ArmContest.Of(ArmResults.Of("a", 2, 2, 10), ArmResults.Of("b", 1, 2, 10));
        Assert.Equal(1, even.TrainingRatio!.Value, 1e-12);
        Assert.Equal(1, even.SamplingRatio!.Value, 1e-12);
        var better = ArmContest.Of(ArmResults.Of("a", 2, 2, 10), ArmResults.Of("b", 1, 2, 10 * Math.Sqrt(2)));
        Assert.Equal(Math.Sqrt(2), better.TrainingRatio!.Value, 1e-9);
        Assert.Equal(Math.Sqrt(2), better.SamplingRatio!.Value, 1e-9);
        Assert.False(better.TrainingRatioIsBound);
        var far = ArmContest.Of(ArmResults.Of("a", 2, 2, 10), ArmResults.Of("b", 1, 2, 40));
        Assert.Equal((2.0, true, 2.0, true), (far.TrainingRatio, far.TrainingRatioIsBound, far.SamplingRatio, far.SamplingRatioIsBound));
        var worse = ArmContest.Of(ArmResults.Of("a", 2, 2, 10), ArmResults.Of("b", 1, 2, 9));
        Assert.Null(worse.TrainingRatio);
        Assert.Null(worse.SamplingRatio);
    }

    [Fact]
    public void The_verdict_holds_the_best_factorized_arm_against_those_of_one_level_and_says_how_sure_it_is()
    {
        var verdict = ComparisonVerdict.Of([ArmResults.Of("twin", 1, 2, 30, 31, 32), ArmResults.Of("coarse", 1, 2, 10, 12, 14), ArmResults.Of("poor", 2, 2, 20, 20, 21), ArmResults.Of("good", 2, 2, 10, 11, 12)]);
        Assert.Equal([("good", "twin"), ("good", "coarse")], verdict.Select(v => (v.Contest.Name, v.Contest.Rival)));
        Assert.StartsWith("\"good\" is nearer to the data than \"twin\" at equal training cost, by 20.00 ± 0.82 (p = ", verdict[0].Words, StringComparison.Ordinal);
        Assert.Contains("among 2 arms", verdict[0].Words, StringComparison.Ordinal);
        Assert.StartsWith("Between \"good\" and \"coarse\" these seeds cannot decide", verdict[1].Words, StringComparison.Ordinal);

        Assert.Contains("one seed says nothing", ComparisonVerdict.Of([ArmResults.Of("a", 2, 2, 5), ArmResults.Of("b", 1, 2, 6)])[0].Words, StringComparison.Ordinal);
        var lost = ComparisonVerdict.Of([ArmResults.Of("a", 2, 2, 9, 9.1, 9.2), ArmResults.Of("b", 1, 2, 5, 5.1, 5.2)])[0].Words;
        Assert.StartsWith("\"b\" is nearer", lost, StringComparison.Ordinal);
        Assert.Contains("\"a\" does not reach", lost, StringComparison.Ordinal);
        Assert.Empty(ComparisonVerdict.Of([]));
    }
}
