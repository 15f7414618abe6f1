using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>What is gathered of a set of images.</summary>
internal sealed class SetParts : IDisposable
{
    private readonly int _keep;
    private FeatureStatistics? _features, _spatial, _energies;

    /// <param name="keep">Most images of which rows are kept.</param>
    public SetParts(int keep) => _keep = keep;

    /// <summary>Moments of a file that is compared with as it is, to the last bit; null where images are added.</summary>
    public FeatureMoments? Given { get; init; }

    /// <summary>Spatial moments of such a file.</summary>
    public FeatureMoments? GivenSpatial { get; init; }

    /// <summary>Moments of the energies in such a file.</summary>
    public FeatureMoments? GivenEnergies { get; init; }

    /// <summary>Statistics of all features.</summary>
    public FeatureStatistics? Statistics
    {
        get => _features;
        init => _features = value;
    }

    /// <summary>Statistics of all spatial features; null where there are none.</summary>
    public FeatureStatistics? Spatial
    {
        get => _spatial;
        init => _spatial = value;
    }

    /// <summary>Statistics of all images' energies; null where there are none.</summary>
    public FeatureStatistics? Energies
    {
        get => _energies;
        init => _energies = value;
    }

    /// <summary>Kept features, (K, D), float32.</summary>
    public RowStore Features { get => field ??= new RowStore(_keep); init; }

    /// <summary>Kept probabilities, (K, classes), float32.</summary>
    public RowStore Probabilities { get => field ??= new RowStore(_keep); init; }

    /// <summary>Kept small pixels, (K, C h w), uint8.</summary>
    public RowStore Pixels { get => field ??= new RowStore(_keep); init; }

    /// <summary>Labels of the kept, (K, 1), int64, -1 where there was none.</summary>
    public RowStore Labels { get => field ??= new RowStore(_keep); init; }

    /// <summary>Numbers of the kept, (K, 1), int64.</summary>
    public RowStore Ids { get => field ??= new RowStore(_keep); init; }

    /// <summary>Images seen; 0 where unknown.</summary>
    public long Count => Given?.Count ?? _features?.Count ?? 0;

    /// <summary>Number of features; 0 as long as there are none.</summary>
    public int Width => Given?.Width ?? _features?.Width ?? 0;

    /// <summary>Whether spatial moments are to be had.</summary>
    public bool HasSpatial => GivenSpatial is not null || _spatial is { Count: > 1 };

    /// <summary>Adds to the statistics of all images.</summary>
    public void AddMoments(Tensor features, Tensor? spatial, Tensor? energies)
    {
        (_features ??= new FeatureStatistics((int)features.shape[1])).Add(features);
        if (spatial is not null) (_spatial ??= new FeatureStatistics((int)spatial.shape[1])).Add(spatial);
        if (energies is not null) (_energies ??= new FeatureStatistics((int)energies.shape[1])).Add(energies);
    }

    /// <summary>Keeps some rows of a batch.</summary>
    public void Keep(Tensor features, Tensor? probabilities, Tensor? pixels, long[] labels, long[] ids, long[] rows, long[] places)
    {
        Features.Put(features.to(ScalarType.Float32).cpu(), rows, places);
        if (probabilities is not null) Probabilities.Put(probabilities.to(ScalarType.Float32).cpu(), rows, places);
        if (pixels is not null) Pixels.Put(pixels, rows, places);
        Labels.Put(tensor(labels).unsqueeze(1), rows, places);
        Ids.Put(tensor(ids).unsqueeze(1), rows, places);
    }

    /// <summary>What moments do not tell to the last bit, for who goes on with the set; the tensors belong to this, or to the caller's dispose scope.</summary>
    public Dictionary<string, Tensor> Exact() =>
        Named().SelectMany(part => part.Statistics.Exact().Select(held => (Name: $"{part.Name}.{held.Name}", held.Value))).ToDictionary(held => held.Name, held => held.Value);

    /// <summary>Goes on from <see cref="Exact"/>.</summary>
    /// <exception cref="InvalidDataException">It is of another set.</exception>
    public void RestoreExact(IReadOnlyDictionary<string, Tensor> exact)
    {
        foreach (var (name, statistics) in Named())
            if (!statistics.TryRestore(held => exact.GetValueOrDefault($"{name}.{held}")))
                throw new InvalidDataException($"what was saved does not hold the sums of {name}; remove it and gather anew.");
    }

    /// <summary>Mean and covariance of the features, owned by the caller.</summary>
    /// <exception cref="InvalidOperationException">Fewer than two images were seen.</exception>
    public FeatureMoments Moments() => Of(Given, _features) ?? throw new InvalidOperationException("0 images have no covariance; at least 2 are needed.");

    /// <summary>Those of the spatial features, owned by the caller; null where there are none.</summary>
    public FeatureMoments? SpatialMoments() => HasSpatial ? Of(GivenSpatial, _spatial) : null;

    /// <summary>Those of the energies, owned by the caller; null where there are none.</summary>
    public FeatureMoments? EnergyMoments() => GivenEnergies is not null || _energies is { Count: > 1 } ? Of(GivenEnergies, _energies) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var given in new[] { Given, GivenSpatial, GivenEnergies }) given?.Dispose();
        foreach (var statistics in new[] { _features, _spatial, _energies }) statistics?.Dispose();
        foreach (var rows in new[] { Features, Probabilities, Pixels, Labels, Ids }) rows.Dispose();
    }

    private static FeatureMoments? Of(FeatureMoments? given, FeatureStatistics? gathered)
    {
        if (given is null) return gathered?.Moments();
        using var scope = NewDisposeScope();
        return new FeatureMoments(given.Mean.clone(), given.Covariance.clone(), given.Count);
    }

    private IEnumerable<(string Name, FeatureStatistics Statistics)> Named()
    {
        foreach (var (name, statistics) in new[] { ("features", _features), ("spatial", _spatial), ("energies", _energies) })
            if (statistics is not null) yield return (name, statistics);
    }
}
