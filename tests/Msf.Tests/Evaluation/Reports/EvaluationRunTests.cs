using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Evaluation;
using Msf.Runtime;
using Msf.Tests.Training;

namespace Msf.Tests.Evaluation;

[Collection(SequentialTraining.Name)]
public sealed class EvaluationRunTests : IDisposable
{
    private readonly SmallEvaluation _small = new();

    [Fact]
    public void A_report_has_all_figures_and_what_it_takes_to_get_them_again()
    {
        var (report, files) = SmallEvaluation.Run(_small.Options("report"));
        Assert.Equal([_small.Place("report/report.json"), _small.Place("report/report.html")], files);
        Assert.Equal(files.Select(Path.GetFileName).Order(), Directory.GetFileSystemEntries(_small.Place("report")).Select(Path.GetFileName).Order());
        var metrics = report.Metrics;
        Assert.Equal((45, 45, 36), (report.Count, report.Samples.Count, report.Reference.Count));
        Assert.All(
            new double?[] { metrics.FrechetDistance, metrics.FrechetDistanceInfinity, metrics.Kid, metrics.Precision, metrics.Recall, metrics.Density, metrics.Coverage, metrics.ClassAccuracy, metrics.InceptionScore?.Mean },
            figure => Assert.True(double.IsFinite(figure!.Value)));
        Assert.Equal([MetricKind.SpatialFrechet], metrics.LeftOut.Select(left => left.Metric));
        Assert.Equal(["ant", "bee", "2"], metrics.Classes!.Select(c => c.Name));
        Assert.Equal([15L, 15, 15], metrics.Classes!.Select(c => c.Count));
        Assert.Equal(2, metrics.Bands!.Components.Length);
        Assert.Equal("bicubic, antialiased, to 8 px", report.Features.Resizing);
        Assert.Contains("each against all others", report.Memorisation!.ComparedWith, StringComparison.Ordinal);
        Assert.All(new[] { report.Samples.Digest, report.Reference.Digest, report.Features.Digest, report.Model!.Digest }, digest => Assert.Matches("^[0-9a-f]{64}$", digest));
        Assert.Equal(JsonSerializer.Serialize(report, JsonFormat.Indented), JsonSerializer.Serialize(EvaluationReport.Read(files[0]), JsonFormat.Indented));
    }

    [Fact]
    public void The_page_holds_all_its_pictures_and_escapes_what_others_named()
    {
        var options = _small.Options("report") with { Command = "msf evaluate --out '<b>'" };
        var (_, files) = SmallEvaluation.Run(options);
        var page = File.ReadAllText(files[1]);
        Assert.Contains("&lt;b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(src|srcset|href)=\"(?!data:image/|#)", page);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Contains("width=device-width", page, StringComparison.Ordinal);
        foreach (var part in new[] { "Frechet distance (FID)", "samples of the class ant", "images of the data of the class bee", "The closest pairs in pixels", "Energy by frequency", "Distance to the nearest image" })
            Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<img(?![^>]* alt=\"[^\"]+\")", page);
    }

    [Fact]
    public void Twice_the_same_gives_the_same_and_another_batch_size_nearly()
    {
        var first = SmallEvaluation.Run(_small.Options("a")).Report;
        var second = SmallEvaluation.Run(_small.Options("b")).Report;
        Assert.Equal(Figures(first), Figures(second));
        var other = SmallEvaluation.Run(_small.Options("c") with { BatchSize = 45 }).Report;
        Assert.Equal(first.Metrics.FrechetDistance!.Value, other.Metrics.FrechetDistance!.Value, 1e-3 * first.Metrics.FrechetDistance!.Value);
        Assert.Equal(first.Reference.Digest, other.Reference.Digest);
        Assert.NotEqual(Figures(first), Figures(SmallEvaluation.Run(_small.Options("d") with { Seed = 1 }).Report));
    }

    [Theory]
    [InlineData("data", 6)]
    [InlineData("data", 36)]
    [InlineData("samples", 6)]
    [InlineData("samples", 24)]
    [InlineData("samples", 45)]
    public void Killed_anywhere_it_goes_on_and_gives_the_same(string set, int done)
    {
        var options = _small.Options("killed") with { SaveSamples = _small.Place("killed.npz"), HeldOut = _small.Place("data") };
        var whole = SmallEvaluation.Run(options with { Out = _small.Place("whole"), SaveSamples = _small.Place("whole.npz") }).Report;
        Assert.Throws<InvalidTimeZoneException>(() => SmallEvaluation.Run(options, new SmallEvaluation.Callback(progress =>
        {
            if (progress.Set == set && progress.Done >= done) throw new InvalidTimeZoneException("killed");
        })));
        Assert.False(File.Exists(_small.Place("killed/report.json")));
        var seen = new List<GatherProgress>();
        var resumed = SmallEvaluation.Run(options, new SmallEvaluation.Callback(seen.Add)).Report;
        Assert.Equal(Figures(whole), Figures(resumed));
        Assert.Equal(FileDigest.Sha256(_small.Place("whole.npz")), FileDigest.Sha256(_small.Place("killed.npz")));
        if (done > 6) Assert.DoesNotContain(seen, progress => progress.Set == set && progress.Done <= 6); // the first batch is not made again
        Assert.False(Directory.Exists(_small.Place("killed/work")));
    }

    [Fact]
    public void Stopped_it_keeps_every_batch_that_was_done()
    {
        var options = _small.Options("stopped") with { SaveEvery = TimeSpan.FromHours(1) };
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => SmallEvaluation.Run(options, new SmallEvaluation.Callback(progress => { if (progress is { Set: "samples", Done: >= 24 }) stop.Cancel(); }), stop.Token));
        var seen = new List<GatherProgress>();
        var resumed = SmallEvaluation.Run(options, new SmallEvaluation.Callback(seen.Add)).Report;
        Assert.Equal(Figures(SmallEvaluation.Run(_small.Options("whole")).Report), Figures(resumed));
        Assert.DoesNotContain(seen, progress => progress is { Set: "samples", Done: <= 24 });
    }

    [Fact]
    public void Work_of_other_settings_is_refused_by_name_and_kept_work_can_be_gone_on_from()
    {
        var options = _small.Options("report");
        Assert.ThrowsAny<InvalidTimeZoneException>(() => SmallEvaluation.Run(options, new SmallEvaluation.Callback(_ => throw new InvalidTimeZoneException("killed"))));
        Assert.Contains("(other seed)", Assert.Throws<InvalidDataException>(() => SmallEvaluation.Run(options with { Seed = 4 })).Message, StringComparison.Ordinal);
        Assert.Contains("count", Assert.Throws<InvalidDataException>(() => SmallEvaluation.Run(options with { Count = 46 })).Message, StringComparison.Ordinal);
        var first = SmallEvaluation.Run(options with { KeepWork = true }).Report;
        var seen = new List<GatherProgress>();
        Assert.Equal(Figures(first), Figures(SmallEvaluation.Run(options, new SmallEvaluation.Callback(seen.Add)).Report));
        Assert.Empty(seen);
    }

    [Fact]
    public void A_broken_image_of_the_data_is_told_of_and_replaced()
    {
        File.WriteAllText(_small.Place("data/bee/03.png"), "no image");
        var told = new List<string>();
        var (report, _) = new EvaluationRun(_small.Options("report")) { Note = told.Add }.Run(TestContext.Current.CancellationToken);
        Assert.Equal(36, report.Reference.Count);
        Assert.Contains("bee/03.png is broken, its neighbour stands for it", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_samples_and_a_saved_reference_give_the_same_figures()
    {
        var options = _small.Options("report") with { SaveSamples = _small.Place("new/folder/samples.npz"), SaveReference = _small.Place("another/statistics.npz") };
        var (whole, files) = SmallEvaluation.Run(options);
        Assert.Equal([_small.Place("another/statistics.npz"), _small.Place("new/folder/samples.npz")], files.Skip(2));
        var again = options with { Model = null, Samples = _small.Place("new/folder/samples.npz"), SaveSamples = null, SaveReference = null, Count = null };
        var archive = SmallEvaluation.Run(again with { Out = _small.Place("archive") }).Report;
        Assert.Equal(whole.Metrics.FrechetDistance, archive.Metrics.FrechetDistance);
        Assert.Equal(whole.Metrics.ClassAccuracy, archive.Metrics.ClassAccuracy);
        Assert.Equal(whole.Samples.Digest, archive.Samples.Digest);
        Assert.Null(archive.Model);
        var against = SmallEvaluation.Run(again with { Out = _small.Place("against"), Data = null, Reference = _small.Place("another/statistics.npz") }).Report;
        Assert.Equal(whole.Metrics.FrechetDistance, against.Metrics.FrechetDistance);
        Assert.Equal(whole.Metrics.Precision, against.Metrics.Precision);
        Assert.Equal(36, against.Reference.Count);
    }

    [Fact]
    public void Images_in_an_archive_stand_for_data_and_moments_alone_leave_out_what_needs_images()
    {
        using (var source = ImageSources.Open(_small.Place("data")))
            NpzFile.Write(_small.Place("images.npz"), [.. Enumerable.Range(0, source.Count).Select(i => source.Read(i).Image)], [.. Enumerable.Range(0, source.Count).Select(source.LabelAt)]);
        var whole = SmallEvaluation.Run(_small.Options("whole") with { SaveReference = _small.Place("statistics.npz") }).Report;
        var images = SmallEvaluation.Run(_small.Options("images") with { Data = null, Reference = _small.Place("images.npz") }).Report;
        Assert.Equal(whole.Metrics.FrechetDistance, images.Metrics.FrechetDistance);
        using (var set = EvaluationSet.Read(_small.Place("statistics.npz")))
        using (var moments = set.Moments()) moments.Write(_small.Place("moments.npz"));
        var (alone, files) = SmallEvaluation.Run(_small.Options("alone") with { Data = null, Reference = _small.Place("moments.npz") });
        Assert.Equal(whole.Metrics.FrechetDistance!.Value, alone.Metrics.FrechetDistance!.Value, 6);
        Assert.Contains(alone.Metrics.LeftOut, left => left.Metric == MetricKind.PrecisionRecall);
        Assert.Null(alone.Memorisation);
        Assert.Contains("statistics alone", File.ReadAllText(files[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_said_before_samples_are_made()
    {
        var options = _small.Options("bad");
        void Refuses<T>(string expected, EvaluationRunOptions bad) where T : Exception =>
            Assert.Contains(expected, Assert.Throws<T>(() => SmallEvaluation.Run(bad, new SmallEvaluation.Callback(progress => Assert.NotEqual("samples", progress.Set)))).Message, StringComparison.Ordinal);
        Refuses<ArgumentException>("nothing to judge", options with { Model = null });
        Refuses<ArgumentException>("give one of them", options with { Samples = "x.npz" });
        Refuses<ArgumentException>("nothing to compare with", options with { Data = null });
        Refuses<ArgumentException>("count is 1", options with { Count = 1 });
        Refuses<ArgumentException>("expected the name of a .npz file", options with { SaveSamples = "samples.zip" });
        Refuses<FileNotFoundException>("nowhere", options with { Features = "nowhere.pt" });
        Refuses<DirectoryNotFoundException>("is no classifier", options with { Features = _small.Place("data") });
        Refuses<FileNotFoundException>("nowhere.npz", options with { Reference = "nowhere.npz" });
        NpzFile.Write(_small.Place("few.npz"), [new RgbImage(new byte[192], 8, 8), new RgbImage(new byte[192], 8, 8)], [0, 1]);
        Refuses<ArgumentException>("holds 2 samples, 9 or more", options with { Model = null, Samples = _small.Place("few.npz"), Count = 9 });
        Refuses<ArgumentException>("puts all 36 images into one group", options with { Group = "^" });
        NpzFile.Write(_small.Place("one.npz"), [new RgbImage(new byte[192], 8, 8)], [0]);
        Refuses<InvalidDataException>("one.npz has 1 image", options with { Reference = _small.Place("one.npz") });
        Directory.CreateDirectory(_small.Place("single/ant"));
        File.Copy(_small.Place("data/ant/00.png"), _small.Place("single/ant/00.png"));
        Refuses<InvalidDataException>("single has 1 image", options with { Model = null, Samples = _small.Place("few.npz"), Count = null, Data = _small.Place("single") });
        Refuses<IOException>("few.npz", options with { SaveSamples = _small.Place("few.npz/samples.npz") });
        Assert.False(Directory.Exists(_small.Place("bad/work")));
        using (var moments = new FeatureMoments(TorchSharp.torch.zeros(5, TorchSharp.torch.float64), TorchSharp.torch.eye(5, dtype: TorchSharp.torch.float64), 9)) moments.Write(_small.Place("five.npz"));
        Refuses<InvalidDataException>("take both from the same network", options with { Reference = _small.Place("five.npz") });
    }

    public void Dispose() => _small.Dispose();

    // All but where and when.
    private static string Figures(EvaluationReport report) =>
        string.Join('\n', JsonSerializer.Serialize(report.Metrics, JsonFormat.Line), JsonSerializer.Serialize(report.Memorisation, JsonFormat.Line), report.Samples.Digest, report.Reference.Digest, report.HeldOut?.Digest);
}
