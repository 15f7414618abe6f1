using System.Text.Json;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>What a search found and what it takes to find it again.</summary>
public sealed record TuningReport
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>What was measured.</summary>
    public required TuningIdentity Identity { get; init; }

    /// <summary>Name of the feature network.</summary>
    public required string Features { get; init; }

    /// <summary>Images of the data that the samples were compared with; null where a file did not tell.</summary>
    public required long? ReferenceImages { get; init; }

    /// <summary>How images were brought to size.</summary>
    public string Resizing { get; init; } = "data is fitted to the model's size as for training (area means, bicubic, centre crop); the network resizes samples and data alike";

    /// <summary>Seconds that the search might take.</summary>
    public required double Seconds { get; init; }

    /// <summary>Samples at which the front was taken.</summary>
    public required int Count { get; init; }

    /// <summary>Whether somebody stopped it.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>Rule of the choice, in words.</summary>
    public required string Rule { get; init; }

    /// <summary>The settings that the search began with; null where they were not measured at that count.</summary>
    public required Point? Own { get; init; }

    /// <summary>The choice.</summary>
    public required Point Picked { get; init; }

    /// <summary>The settings worth their cost.</summary>
    public required Point[] Front { get; init; }

    /// <summary>Everything that was measured.</summary>
    public required Point[] Measurements { get; init; }

    /// <summary>Threads of the computation.</summary>
    public required int Threads { get; init; }

    /// <summary>One measurement.</summary>
    /// <param name="Count">Samples.</param>
    /// <param name="Distance">Frechet distance at that count.</param>
    /// <param name="Error">Its standard error by the jackknife.</param>
    /// <param name="KernelDistance">Unbiased kernel distance.</param>
    /// <param name="MultiplyAdds">Multiply-adds an image.</param>
    /// <param name="SecondsPerImage">Measured seconds an image.</param>
    /// <param name="Sampling">The settings.</param>
    public sealed record Point(int Count, double Distance, double Error, double? KernelDistance, long MultiplyAdds, double SecondsPerImage, SamplingConfig Sampling)
    {
        /// <summary>Of a measurement.</summary>
        public static Point Of(TuningMeasurement m) => new(m.Count, m.Distance, m.StandardError, m.KernelDistance, m.MultiplyAdds, m.SecondsPerImage, m.Sampling);
    }

    /// <summary>Writes <c>report.json</c>, <c>front.png</c> and <c>front.svg</c> into a folder; each appears complete or not at all.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <returns>The files.</returns>
    /// <exception cref="IOException">The file system refused.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        string[] files = [Path.Combine(folder, "report.json"), Path.Combine(folder, "front.png"), Path.Combine(folder, "front.svg")];
        AtomicFile.Write(files[0], stream => JsonSerializer.Serialize(stream, this, JsonFormat.Indented));
        var plot = FrontPlot();
        plot.WritePng(files[1]);
        plot.WriteSvg(files[2]);
        return files;
    }

    private Plot FrontPlot()
    {
        static (double, double, double) Place(Point point) => (point.MultiplyAdds / 1e9, point.Distance, point.Error);
        var series = new List<PlotSeries> { new("worth their cost", [.. Front.Select(Place)]), new("the choice", [Place(Picked)]) };
        if (Own is not null) series.Add(new PlotSeries("the settings before", [Place(Own)]));
        series.Add(new PlotSeries("all others", [.. Measurements.Where(m => m.Count == Count).Select(m => (m.MultiplyAdds / 1e9, m.Distance, 0.0))]) { Joined = false });
        return new Plot(
            $"{Model}: quality against the cost of sampling, {Count} samples", new PlotAxis("multiply-adds an image, G", Logarithmic: true),
            new PlotAxis($"Frechet distance ({Features})", Logarithmic: true), series);
    }
}
