using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>All candidates of a search and what was measured of them.</summary>
internal sealed class TuningArchive
{
    private readonly Dictionary<string, SortedDictionary<int, TuningMeasurement>> _byKey = new(StringComparer.Ordinal);
    private readonly List<TuningMeasurement> _all = [];

    public IReadOnlyList<TuningMeasurement> All => _all;

    public bool Knows(SamplingConfig sampling) => _byKey.ContainsKey(TuningSpace.Key(sampling));

    public void Add(TuningMeasurement measured)
    {
        var key = TuningSpace.Key(measured.Sampling);
        if (!_byKey.TryGetValue(key, out var counts)) _byKey.Add(key, counts = []);
        if (counts.TryAdd(measured.Count, measured)) _all.Add(measured);
    }

    public TuningMeasurement? Find(SamplingConfig sampling, int count) => _byKey.GetValueOrDefault(TuningSpace.Key(sampling))?.GetValueOrDefault(count);

    public IReadOnlyList<TuningMeasurement> At(int count) => [.. _all.Where(m => m.Count == count)];
}
