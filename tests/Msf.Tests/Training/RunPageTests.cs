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
        Assert.Equal(2, page.Split("<polyline").Length - 1);
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
    public void A_name_cannot_bring_markup_along()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRun.Config with { Model = SmallRun.Config.Model with { Name = "<script>alert(1)</script>" } };
        new RunPage(config, new RunFolder(folder.Root)).Write(0, 0, running: false);
        Assert.DoesNotContain("<script", File.ReadAllText(folder["index.html"]));
    }
}
