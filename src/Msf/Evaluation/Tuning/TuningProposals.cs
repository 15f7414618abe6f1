using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>What a search tries next.</summary>
/// <param name="space">Where to choose from.</param>
/// <param name="seed">Seed of the choices.</param>
/// <param name="affordable">Whether settings are not too expensive to be tried.</param>
internal sealed class TuningProposals(TuningSpace space, int seed, Func<SamplingConfig, bool> affordable)
{
    private const int Attempts = 200;
    private const double Jumps = 0.25;
    private static readonly double[] _budgets = [0.5, 0.25, 0.125];

#pragma warning disable CA5394                                                               // a search needs no secrets
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int[]> _choices = new(StringComparer.Ordinal);

    /// <summary>The first candidates: the space's own settings, the same with a half, a quarter and an eighth of the steps where those are searched, and then any.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="isNew">Whether settings were not tried before.</param>
    public List<SamplingConfig> First(int count, Func<SamplingConfig, bool> isNew)
    {
        var chosen = new Chosen(count, isNew);
        chosen.Add(space.Own);
        foreach (var budget in space.VariesSteps ? _budgets : []) chosen.Add(space.Own with { Stages = [.. space.Own.Stages.Select(stage => stage with { Steps = Math.Max(1, (int)Math.Round(stage.Steps * budget)) })] });
        for (var i = 0; i < Attempts * count && !chosen.IsFull; i++) Offer(chosen, [.. space.Dimensions.Select(dimension => _random.Next(dimension.Choices))]);
        return chosen.All;
    }

    /// <summary>Candidates near the best so far: each a member of the front with one or two settings changed, mostly to a neighbouring value.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="front">The best so far.</param>
    /// <param name="isNew">Whether settings were not tried before.</param>
    public List<SamplingConfig> Near(int count, IReadOnlyList<TuningMeasurement> front, Func<SamplingConfig, bool> isNew)
    {
        var chosen = new Chosen(count, isNew);
        for (var i = 0; i < Attempts * count && !chosen.IsFull && space.Dimensions.Count > 0; i++)
        {
            var parent = front[_random.Next(front.Count)].Sampling;
            int[] choices = [.. ChoicesOf(parent)];
            for (var changes = 1 + _random.Next(2); changes > 0; changes--) Change(choices, _random.Next(choices.Length));
            Offer(chosen, choices);
        }
        return chosen.All;
    }

    private void Change(int[] choices, int at)
    {
        var values = space.Dimensions[at].Choices;
        choices[at] = _random.NextDouble() < Jumps ? _random.Next(values) : Math.Clamp(choices[at] + (_random.Next(2) == 0 ? -1 : 1), 0, values - 1);
    }

    private void Offer(Chosen chosen, int[] choices)
    {
        if (space.Build(choices) is not { } sampling || !affordable(sampling)) return;
        _choices.TryAdd(TuningSpace.Key(sampling), choices);
        chosen.Add(sampling);
    }

    // Of settings that were not built from choices: dimension by dimension the value that changes nothing, or the first.
    private int[] ChoicesOf(SamplingConfig sampling)
    {
        var key = TuningSpace.Key(sampling);
        if (_choices.TryGetValue(key, out var known)) return known;
        return
        [
            .. space.Dimensions.Select(dimension => Math.Max(0, Enumerable.Range(0, dimension.Choices).ToList().FindIndex(choice => TuningSpace.Key(dimension.Apply(sampling, choice)) == key))),
        ];
    }
#pragma warning restore CA5394

    private sealed class Chosen(int count, Func<SamplingConfig, bool> isNew)
    {
        private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

        public List<SamplingConfig> All { get; } = [];

        public bool IsFull => All.Count >= count;

        public void Add(SamplingConfig sampling)
        {
            if (!IsFull && sampling.Validate(sampling.Stages.Length).Count == 0 && isNew(sampling) && _keys.Add(TuningSpace.Key(sampling))) All.Add(sampling);
        }
    }
}
