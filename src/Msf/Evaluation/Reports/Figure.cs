using System.Globalization;

namespace Msf.Evaluation;

/// <summary>A figure as people read it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">Its value.</param>
/// <param name="Error">Its standard error; empty where there is none.</param>
/// <param name="Meaning">What is good, in a few words.</param>
public sealed record Figure(string Name, string Text, string Error, string Meaning)
{
    /// <summary>All figures of a set, the most asked for first.</summary>
    public static IReadOnlyList<Figure> Of(MetricSet metrics, MemorisationReport? memorisation)
    {
        var errors = metrics.Errors;
        var figures = new List<Figure>();
        void Add(string name, double? value, double? error, string format, string meaning)
        {
            var spread = format.StartsWith('G') ? "G2" : format;
            if (value is { } known) figures.Add(new Figure(name, known.ToString(format, CultureInfo.InvariantCulture), error?.ToString(spread, CultureInfo.InvariantCulture) ?? "", meaning));
        }
        Add("Frechet distance (FID)", metrics.FrechetDistance, errors.FrechetDistance, "G4", "0 at best; grows as samples get fewer");
        Add("FID, infinitely many samples", metrics.FrechetDistanceInfinity, errors.FrechetDistanceInfinity, "G4", "0 at best; independent of their number");
        Add("sFID", metrics.SpatialFrechetDistance, null, "G4", "0 at best; features that keep places");
        Add("KID × 1000", 1e3 * metrics.Kid, 1e3 * errors.Kid, "G3", "0 at best; unbiased");
        Add("Inception score", metrics.InceptionScore?.Mean, errors.InceptionScore, "G4", "high is good; knows no data");
        Add("Precision", metrics.Precision, errors.Precision, "F3", "share of samples that look like data");
        Add("Recall", metrics.Recall, errors.Recall, "F3", "share of data that samples cover");
        Add("Density", metrics.Density, errors.Density, "F3", "1 for data itself");
        Add("Coverage", metrics.Coverage, errors.Coverage, "F3", "share of data with a sample nearby");
        Add("Class accuracy", metrics.ClassAccuracy, errors.ClassAccuracy, "F3", "samples seen as the class they were made for");
        Add("Too near to data, features", memorisation?.Features.NearerThanFirstPercent, null, "F3", "share nearer than 99 % of unseen images: 0.01 where nothing is repeated");
        Add("Too near to data, pixels", memorisation?.Pixels?.NearerThanFirstPercent, null, "F3", "share nearer than 99 % of unseen images: 0.01 where nothing is repeated");
        return figures;
    }
}
