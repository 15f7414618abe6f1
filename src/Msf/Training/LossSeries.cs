using System.Globalization;

namespace Msf.Training;

/// <summary>One curve of a <see cref="LossChart"/>.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Color">Its colour, as CSS has it.</param>
/// <param name="Points">Images over all stages, and the loss, in the order of the images; only losses above 0, since others have no place on the axis.</param>
internal sealed record LossSeries(string Name, string Color, IReadOnlyList<(long Images, double Loss)> Points)
{
    private static readonly string[] _stageColors = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf"];

    // Dark where there is noise, light where there is data.
    private static readonly string[] _timeColors = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0c836", "#d9b414"];

    /// <summary>The mean loss of every stage.</summary>
    /// <param name="lines">Metrics in the order written.</param>
    public static IReadOnlyList<LossSeries> OfStages(IReadOnlyList<MetricsLine> lines) =>
    [
        .. lines.GroupBy(line => line.Stage).OrderBy(stage => stage.Key)
            .Select(stage => new LossSeries($"stage {stage.Key}", _stageColors[stage.Key % _stageColors.Length], Positive(stage, line => line.Loss)))
            .Where(series => series.Points.Count > 0),
    ];

    /// <summary>The loss of one stage in each part of the times.</summary>
    /// <param name="lines">Metrics in the order written.</param>
    /// <param name="stage">The stage.</param>
    public static IReadOnlyList<LossSeries> OfTimes(IReadOnlyList<MetricsLine> lines, int stage)
    {
        var own = lines.Where(line => line.Stage == stage && line.LossByTime?.Count == LossByTime.Parts).ToArray();
        return
        [
            .. Enumerable.Range(0, LossByTime.Parts)
                .Select(i => new LossSeries(
                    string.Create(CultureInfo.InvariantCulture, $"t {(i + 0.5) / LossByTime.Parts:F2}"), _timeColors[i], Positive(own, line => line.LossByTime![i])))
                .Where(series => series.Points.Count > 0),
        ];
    }

    /// <summary>The named figures of the steps, such as the terms of an autoencoder's loss.</summary>
    /// <param name="lines">Metrics in the order written.</param>
    public static IReadOnlyList<LossSeries> OfParts(IReadOnlyList<MetricsLine> lines) =>
    [
        .. lines.SelectMany(line => line.Parts?.Keys ?? []).Distinct().Order(StringComparer.Ordinal)
            .Select((name, i) => new LossSeries(name, _stageColors[i % _stageColors.Length], Positive(lines, line => line.Parts?.TryGetValue(name, out var value) == true ? value : null)))
            .Where(series => series.Points.Count > 0),
    ];

    private static (long Images, double Loss)[] Positive(IEnumerable<MetricsLine> lines, Func<MetricsLine, double?> loss) =>
        [.. lines.Select(line => (line.Images, Loss: loss(line) ?? 0)).Where(point => point.Loss > 0 && double.IsFinite(point.Loss))];
}
