using Msf.Evaluation;
using Msf.Sampling;

namespace Msf.Tests.Evaluation;

public sealed class TuningSearchTests
{
    private readonly ManualClock _clock = new();

    private static TuningOptions Options(double seconds) => new() { Limit = TimeSpan.FromSeconds(seconds), FirstCount = 32, MostCount = 256, MostCandidates = 16 };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void It_finds_the_known_front_also_through_noise(double noise)
    {
        var result = new TuningSearch(new KnownObjective(_clock, noise), KnownObjective.Space, Options(600), _clock).Run([], TestContext.Current.CancellationToken);
        Assert.Equal(256, result.Count);
        Assert.False(result.Interrupted);
        var best = result.Pick(0).Sampling.Stages[0];
        Assert.InRange(best.Steps, 32, 64);
        Assert.InRange(best.Guidance.Scale, 1.5, 2.5);
        Assert.True(result.Front.Count >= 5, $"{result.Front.Count} points");
        Assert.All(result.Front.Where(m => m.Sampling.Stages[0].Steps < 32), m => Assert.InRange(m.Sampling.Stages[0].Guidance.Scale, 1.5, 2.5));
        Assert.True(result.Pick(0).Distance < result.Own!.Distance);
    }

    [Fact]
    public void Nothing_on_the_front_is_beaten_by_anything_measured_at_its_count()
    {
        var result = new TuningSearch(new KnownObjective(_clock, 4), KnownObjective.Space, Options(200), _clock).Run([], TestContext.Current.CancellationToken);
        Assert.All(result.Front, m => Assert.Equal(result.Count, m.Count));
        foreach (var point in result.Front)
            Assert.DoesNotContain(result.Measurements, m => m.Count == result.Count && m.MultiplyAdds <= point.MultiplyAdds && m.Distance < point.Distance);
        Assert.Equal(result.Front.OrderBy(m => m.MultiplyAdds), result.Front);
        Assert.Equal(result.Front.OrderByDescending(m => m.Distance), result.Front);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(400)]
    public void The_time_is_kept_and_the_more_of_it_the_more_samples(double seconds)
    {
        var result = new TuningSearch(new KnownObjective(_clock), KnownObjective.Space, Options(seconds), _clock).Run([], TestContext.Current.CancellationToken);
        Assert.InRange(_clock.GetTimestamp() / (double)TimeSpan.TicksPerSecond, 0, seconds + 16 * 1e-3 * 65);   // a batch is finished
        Assert.NotEmpty(result.Front);
        Assert.InRange(result.Count, 32, seconds <= 20 ? 64 : 256);
        if (seconds >= 100) Assert.InRange(result.Count, seconds >= 400 ? 256 : 128, 256);
    }

    [Fact]
    public void Too_little_time_for_one_measurement_is_said()
    {
        var search = new TuningSearch(new KnownObjective(_clock), KnownObjective.Space, Options(0.5), _clock);
        var error = Assert.Throws<TimeoutException>(() => search.Run([], TestContext.Current.CancellationToken));
        Assert.Contains("give more time", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_makes_the_same_search()
    {
        TuningResult Search(long seed)
        {
            var clock = new ManualClock();
            return new TuningSearch(new KnownObjective(clock, 2), KnownObjective.Space, Options(60) with { Seed = seed }, clock).Run([], TestContext.Current.CancellationToken);
        }
        string[] Keys(TuningResult result) => [.. result.Measurements.Select(m => $"{TuningSpace.Key(m.Sampling)} {m.Count}")];
        Assert.Equal(Keys(Search(1)), Keys(Search(1)));
        Assert.NotEqual(Keys(Search(1)), Keys(Search(2)));
    }

    [Fact]
    public void What_was_measured_before_it_was_stopped_is_kept()
    {
        using var stop = new CancellationTokenSource();
        var objective = new KnownObjective(_clock) { Begins = call => { if (call == 12) stop.Cancel(); } };
        var told = new List<TuningMeasurement>();
        var result = new TuningSearch(objective, KnownObjective.Space, Options(600), _clock) { Measured = told.Add }.Run([], stop.Token);
        Assert.True(result.Interrupted);
        Assert.Equal(11, result.Measurements.Count);
        Assert.Equal(told, result.Measurements);
        Assert.NotEmpty(result.Front);
        using var already = new CancellationTokenSource();
        already.Cancel();
        Assert.Throws<OperationCanceledException>(() => new TuningSearch(new KnownObjective(_clock), KnownObjective.Space, Options(600), _clock).Run([], already.Token));
    }

    [Fact]
    public void What_is_known_is_not_measured_again()
    {
        var first = new TuningSearch(new KnownObjective(_clock), KnownObjective.Space, Options(60), _clock).Run([], TestContext.Current.CancellationToken);
        var (clock, again) = (new ManualClock(), new List<TuningMeasurement>());
        var second = new TuningSearch(new KnownObjective(clock), KnownObjective.Space, Options(60), clock) { Measured = again.Add }.Run(first.Measurements, TestContext.Current.CancellationToken);
        static string Name(TuningMeasurement m) => $"{TuningSpace.Key(m.Sampling)} {m.Count}";
        Assert.Empty(again.Select(Name).Intersect(first.Measurements.Select(Name)));
        Assert.True(second.Measurements.Count >= first.Measurements.Count);
        Assert.True(second.Pick(0).Distance <= first.Pick(0).Distance);
    }

    [Fact]
    public void Candidates_that_cost_more_than_allowed_are_not_tried()
    {
        var result = new TuningSearch(new KnownObjective(_clock), KnownObjective.Space, Options(600) with { MostCost = 0.7 }, _clock).Run([], TestContext.Current.CancellationToken);
        Assert.All(result.Measurements.Where(m => m.Sampling != KnownObjective.Own), m => Assert.InRange(m.Sampling.Stages[0].Steps, 1, 35));
    }

    [Fact]
    public void Most_samples_go_to_candidates_that_are_worth_it()
    {
        var result = new TuningSearch(new KnownObjective(_clock, 1), KnownObjective.Space, Options(600), _clock).Run([], TestContext.Current.CancellationToken);
        var (firsts, lasts) = (result.Measurements.Count(m => m.Count == 32), result.Measurements.Count(m => m.Count == 256));
        Assert.True(firsts >= 2 * lasts, $"{firsts} began, {lasts} ended");
        var dropped = result.Measurements.Where(m => m.Count == 32 && !result.Measurements.Any(other => other.Count > 32 && other.Sampling == m.Sampling)).ToList();
        var kept = result.Measurements.Where(m => m.Count == 256).ToList();
        double Regret(SamplingConfig sampling) => Math.Abs(sampling.Stages[0].Guidance.Scale - KnownObjective.BestGuidance);
        Assert.True(dropped.Average(m => Regret(m.Sampling)) > kept.Average(m => Regret(m.Sampling)));
    }

    [Fact]
    public void Options_out_of_range_are_refused_together()
    {
        var options = new TuningOptions { Limit = TimeSpan.Zero, FirstCount = 8, MostCount = 4, MostCandidates = 1, LeastSurvivors = 0, MostCost = 0 };
        Assert.Equal(6, options.Validate().Count);
        Assert.Throws<ArgumentException>(() => new TuningSearch(new KnownObjective(_clock), KnownObjective.Space, options, _clock));
    }
}
