using Msf.Training;

namespace Msf.Tests.Training;

public sealed class RunPageTests
{
    [Fact]
    public void A_finished_run_shows_its_curves_sheets_and_configuration_and_stays_still()
    {
        using var folder = new TemporaryFolder();
        SmallRun.Train(SmallRun.With(training => training with { SampleEveryImages = 80 }), folder["run"]);
        var page = File.ReadAllText(folder["run/index.html"]);
        Assert.Contains("160 of 160 images", page);
        Assert.Contains("finished.", page);
        var charts = page.Split("<svg")[1..];
        Assert.Equal(
            ["loss of every stage over images", "loss of stage 0 by time over images", "loss of stage 1 by time over images"],
            charts.Select(chart => chart.Split("aria-label=\"")[1].Split('"')[0]));
        Assert.Equal(2, charts[0].Split("<polyline").Length - 1);
        Assert.All(charts[1..], chart => Assert.InRange(chart.Split("<polyline").Length - 1, 6, 8));   // few images: not all times are met
        Assert.DoesNotContain("class=\"warning\"", page);
        Assert.True(page.IndexOf("samples/000000160.png", StringComparison.Ordinal) < page.IndexOf("samples/000000080.png", StringComparison.Ordinal));
        Assert.Contains("&quot;learningRate&quot;: 0.002", page);
        Assert.DoesNotContain("http-equiv", page);
    }

    [Fact]
    public void A_stopped_run_says_how_to_go_on()
    {
        using var folder = new TemporaryFolder();
        SmallRun.TrainUntil(80, SmallRun.Config, folder["run"]);
        var page = File.ReadAllText(folder["run/index.html"]);
        Assert.Contains("80 of 160 images", page);
        Assert.Contains("stopped; --resume goes on.", page);
    }

    [Fact]
    public void A_run_that_goes_on_reloads_and_tells_the_time_left()
    {
        using var folder = new TemporaryFolder();
        var log = new MetricsLog(folder["metrics.jsonl"]);
        log.Add(0, new StepResult(1.5f, 1, 1e-3));
        log.Write(4, 60, imagesPerSecond: 10, liveTensors: 9);
        new RunPage(SmallRun.Config, new RunFolder(folder.Root)).Write(60, 6, running: true);
        var page = File.ReadAllText(folder["index.html"]);
        Assert.Contains("http-equiv=\"refresh\"", page);
        Assert.Contains("10 images/s, 00:00:10 left.", page);
        Assert.Contains("begin with the second line", page);
        Assert.Contains("None yet.", page);
    }

    [Fact]
    public void Torn_lines_and_losses_that_are_no_numbers_do_not_stop_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["metrics.jsonl"], """
            {"step":1,"images":8,"stage":0,"loss":2,"gradientNorm":1,"learningRate":1,"imagesPerSecond":1,"liveTensors":1}
            {"step":2,"images":16,"stage":0,"loss":0,"gradientNorm":1,"learningRate":1,"imagesPerSecond":1,"liveTensors":1}
            {"step":3,"images":24,"stage":"none"}
            {"step":3,"images":24,"stage":0,"loss":1,"gradientNorm":1,"learningRate":1,"imagesPerSecond":1,"liveTensors":1}
            {"step":4,"ima
            """);
        new RunPage(SmallRun.Config, new RunFolder(folder.Root)).Write(24, 1, running: true);
        Assert.Contains("stage 0: 1.0000", File.ReadAllText(folder["index.html"]));
    }

    [Fact]
    public void Skipped_steps_are_told_by_stage_and_every_time_has_its_curve()
    {
        using var folder = new TemporaryFolder();
        var log = new MetricsLog(folder["metrics.jsonl"]);
        for (var line = 1; line <= 2; line++)
        {
            log.Add(1, new StepResult(double.NaN, 1, 1e-3, Skipped: true), skippedSteps: 1200 + line);
            log.Add(0, new StepResult(1.5, 1, 1e-3));
            log.Write(line, 8 * line, 10, 9, 9, stage => [0.1, 0.2, 0.3, 0.4, null, 0.6, 0.7, 0.8]);
        }
        new RunPage(SmallRun.Config, new RunFolder(folder.Root)).Write(16, 6, running: true);
        var page = File.ReadAllText(folder["index.html"]);
        Assert.Contains("Stage 1 has skipped 1,202 steps", page);
        Assert.DoesNotContain("Stage 0 has skipped", page);
        var chart = page.Split("<svg").Single(part => part.Contains("loss of stage 0 by time", StringComparison.Ordinal));
        Assert.Equal(7, chart.Split("<polyline").Length - 1);
        Assert.Contains("t 0.06: 0.1000", chart);
        Assert.Contains("t 0.94: 0.8000", chart);
        Assert.DoesNotContain("t 0.56", chart);
    }

    [Fact]
    public void A_name_cannot_bring_markup_along()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRun.Config with { Model = SmallRun.Config.Model with { Name = "<script>alert(1)</script>" } };
        new RunPage(config, new RunFolder(folder.Root)).Write(0, 0, running: false);
        Assert.DoesNotContain("<script", File.ReadAllText(folder["index.html"]));
    }
}
