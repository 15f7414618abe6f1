using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>
/// Searches sampling settings by successive halving (Jamieson and Talwalkar 2016) under a time limit: many candidates are measured with few samples, and those that are worth their cost go on with
/// twice as many. Candidates of a round are compared at one count, of the same images, and none is dropped for what noise explains unless the round has too many. What is kept is a front of
/// distance against cost, so that cheap settings live beside good ones. Rounds from many to few follow one another, near the front of those before them, until the time ends.
/// </summary>
public sealed class TuningSearch
{
    private const double FirstShare = 0.6, Caution = 1.15;

    private readonly ITuningObjective _objective;
    private readonly TuningSpace _space;
    private readonly TuningOptions _options;
    private readonly TimeProvider _clock;
    private readonly TuningArchive _archive = new();
    private readonly TuningPace _pace = new();
    private readonly Dictionary<string, int> _made = new(StringComparer.Ordinal);             // samples that the objective has of a candidate
    private readonly TuningProposals _proposals;
    private readonly IReadOnlyList<int> _counts;
    private int _completed = -1;                                                              // the last round, by its place in _counts, that ever was whole

    /// <summary>Prepares a search.</summary>
    /// <param name="objective">Measures.</param>
    /// <param name="space">What to choose from.</param>
    /// <param name="options">Time, counts, noise.</param>
    /// <param name="clock">Tells the time; the system's when null.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TuningSearch(ITuningObjective objective, TuningSpace space, TuningOptions options, TimeProvider? clock = null)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        (_objective, _space, _options, _clock, _counts) = (objective, space, options, clock ?? TimeProvider.System, options.Counts());
        var most = _options.MostCost * objective.MultiplyAdds(space.Own);
        _proposals = new TuningProposals(space, unchecked((int)options.Seed), sampling => Price(sampling) <= most);

        // A discrete path has no grids of more steps than its own.
        double Price(SamplingConfig sampling)
        {
            try
            {
                return objective.MultiplyAdds(sampling);
            }
            catch (ArgumentException)
            {
                return double.PositiveInfinity;
            }
        }
    }

    /// <summary>Told of every measurement that was made.</summary>
    public Action<TuningMeasurement>? Measured { get; init; }

    /// <summary>Told before every measurement.</summary>
    public IProgress<TuningProgress>? Progress { get; init; }

    /// <summary>Searches until the time ends, nothing is left to try, or somebody stops it; what was measured by then counts.</summary>
    /// <param name="known">Measurements of an earlier search with the same objective; they are not made again.</param>
    /// <param name="cancellation">Stops the search, not its result.</param>
    /// <exception cref="OperationCanceledException">It was stopped before anything was measured.</exception>
    /// <exception cref="TimeoutException">Not one candidate could be measured.</exception>
    public TuningResult Run(IReadOnlyList<TuningMeasurement> known, CancellationToken cancellation = default)
    {
        foreach (var measurement in known) _archive.Add(measurement);
        var start = _clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(_options.Limit, _clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var run = new Clock(() => _clock.GetElapsedTime(start), _options.Limit, stop.Token);
        try
        {
            Measure(run, _space.Own, 0, 1, 1);                                                // tells the pace, and what to beat
            for (var bracket = 0; Bracket(run, bracket); bracket++) stop.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Time is up, or somebody stopped it.
        }
        return Result(cancellation.IsCancellationRequested);
    }

    // One way from many candidates to few. False where there is no time for another one, or nothing left to try.
    private bool Bracket(Clock run, int bracket)
    {
        var front = _completed < 0 ? [] : ParetoFront.Of(_archive.At(_counts[_completed]));
        bool IsNew(SamplingConfig sampling) => bracket == 0 || !_archive.Knows(sampling);
        var proposals = bracket == 0 || front.Count == 0
            ? _proposals.First(_options.MostCandidates, IsNew)
            : _proposals.Near(_options.MostCandidates, front, IsNew);
        var (candidates, rounds) = Plan(proposals, run.Left * (bracket == 0 ? FirstShare : 1), whole: bracket > 0 && _completed >= 0);
        if (candidates.Count == 0) return false;
        for (var round = 0; round < rounds; round++)
        {
            var count = _counts[round];
            for (var i = 0; i < candidates.Count; i++)
                if (!Measure(run, candidates[i], round, i + 1, candidates.Count)) return false;
            _completed = Math.Max(_completed, round);
            var next = round + 1 < rounds ? Survivors(candidates, count, first: bracket == 0) : [];
            foreach (var candidate in candidates.Except(next)) Forget(candidate);
            candidates = next;
        }
        return true;
    }

    // As many candidates and rounds as there is time for; a later way down has as many rounds as those before it, whose results it is compared with.
    private (List<SamplingConfig> Candidates, int Rounds) Plan(List<SamplingConfig> proposals, double seconds, bool whole)
    {
        var least = Math.Min(proposals.Count, whole ? 2 : 2 * _options.LeastSurvivors);
        for (var rounds = whole ? _completed + 1 : _counts.Count; rounds >= 1; rounds--)
        {
            var fits = Enumerable.Range(0, proposals.Count + 1).Last(n => Cost(proposals.Take(n), rounds) <= seconds);
            if (fits >= Math.Max(1, rounds == 1 ? 1 : least)) return (proposals[..fits], rounds);
            if (whole) break;
        }
        return ([], 0);
    }

    private double Cost(IEnumerable<SamplingConfig> candidates, int rounds)
    {
        var (all, cost) = (candidates.ToList(), 0.0);
        if (all.Count == 0) return 0;
        var mean = all.Average(candidate => (double)_objective.MultiplyAdds(candidate));
        var number = all.Count;
        for (var round = 0; round < rounds; round++)
        {
            cost += number * _pace.Seconds(mean, _counts[round] - (round == 0 ? 0 : _counts[round - 1]));
            number = Quota(number);
        }
        return Caution * cost;
    }

    private int Quota(int candidates) => Math.Min(candidates, Math.Max(_options.LeastSurvivors, (candidates + 1) / 2));

    // The better half by layers of the front, what the search began with, and half as many again that only noise may have put behind. Once there is a front, what it clearly beats goes at once.
    private List<SamplingConfig> Survivors(List<SamplingConfig> candidates, int count, bool first)
    {
        var all = _archive.At(count);
        var own = candidates.Where(candidate => TuningSpace.Key(candidate) == TuningSpace.Key(_space.Own)).ToList();
        var mine = candidates.ToDictionary(candidate => _archive.Find(candidate, count)!, candidate => candidate, (IEqualityComparer<TuningMeasurement>)ReferenceEqualityComparer.Instance);
        var ranked = ParetoFront.Layers(all).SelectMany(layer => layer.OrderBy(m => m.Distance)).Where(mine.ContainsKey).ToList();
        bool Lives(TuningMeasurement measured) => !ParetoFront.IsClearlyBeaten(measured, all, _options.Noise);
        var quota = Quota(candidates.Count);
        var kept = ranked.Take(quota).Where(m => first || Lives(m)).Concat(ranked.Skip(quota).Where(Lives).Take(quota / 2)).Select(m => mine[m]);
        return [.. own, .. kept.Where(candidate => !own.Contains(candidate))];
    }

    // False where there is no time left for it.
    private bool Measure(Clock run, SamplingConfig sampling, int round, int number, int of)
    {
        run.Stop.ThrowIfCancellationRequested();
        var count = _counts[round];
        if (_archive.Find(sampling, count) is not null) return true;
        var key = TuningSpace.Key(sampling);
        var images = count - _made.GetValueOrDefault(key);
        if (_pace.Seconds(_objective.MultiplyAdds(sampling), images) > run.Left) return false;
        Progress?.Report(new TuningProgress(run.Elapsed(), run.Limit, _archive.All.Count, count, number, of));
        var before = run.Elapsed();
        var measured = _objective.Measure(sampling, count, run.Stop);
        _pace.Add(measured, images, (run.Elapsed() - before).TotalSeconds);
        _archive.Add(measured);
        _made[key] = count;
        Measured?.Invoke(measured);
        return true;
    }

    private void Forget(SamplingConfig sampling)
    {
        _objective.Forget(sampling);
        _made.Remove(TuningSpace.Key(sampling));
    }

    private TuningResult Result(bool interrupted)
    {
        if (interrupted && _archive.All.Count == 0) throw new OperationCanceledException();
        var count = _completed >= 0 ? _counts[_completed] : _archive.All.Count > 0 ? _archive.All.Min(m => m.Count) : throw new TimeoutException(
            $"not one candidate could be measured with {_counts[0]} samples in {_options.Limit.TotalSeconds:F0} s; give more time, or fewer samples.");
        return new TuningResult
        {
            Count = count,
            Front = ParetoFront.Of(_archive.At(count)),
            Own = _archive.Find(_space.Own, count),
            Measurements = _archive.All,
            Interrupted = interrupted,
        };
    }

    private sealed record Clock(Func<TimeSpan> Elapsed, TimeSpan Limit, CancellationToken Stop)
    {
        public double Left => (Limit - Elapsed()).TotalSeconds;
    }
}
