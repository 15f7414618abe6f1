using System.Text.Json;
using Msf.Training;

namespace Msf.Tests.Training;

public class MetricsLogTests
{
    [Fact]
    public void A_line_holds_the_means_of_one_stage_since_the_line_before()
    {
        using var folder = new TemporaryFolder();
        var log = new MetricsLog(folder["metrics.jsonl"]);
        log.Add(1, new StepResult(4, 40, 0.1));
        log.Add(0, new StepResult(1, 10, 0.1));
        log.Add(0, new StepResult(3, 30, 0.2));
        log.Write(3, 96, 12.5, 700, 9);
        log.Add(0, new StepResult(7, 5, 0.3));
        log.Add(0, new StepResult(double.NaN, double.NaN, 0.3, Skipped: true), skippedSteps: 1);
        log.Write(4, 128, 13, 700, 9);
        log.Add(0, new StepResult(double.NaN, 1, 0.4, Skipped: true), skippedSteps: 2);
        log.Write(5, 160, 13, 700, 9, stage => [stage + 0.5, null]);
        Assert.Equal(
        [
            """{"step":3,"images":96,"stage":0,"loss":2,"gradientNorm":20,"learningRate":0.2,"imagesPerSecond":12.5,"liveTensors":700,"skippedSteps":0,"residentBytes":9,"lossByTime":null}""",
            """{"step":3,"images":96,"stage":1,"loss":4,"gradientNorm":40,"learningRate":0.1,"imagesPerSecond":12.5,"liveTensors":700,"skippedSteps":0,"residentBytes":9,"lossByTime":null}""",
            """{"step":4,"images":128,"stage":0,"loss":7,"gradientNorm":5,"learningRate":0.3,"imagesPerSecond":13,"liveTensors":700,"skippedSteps":1,"residentBytes":9,"lossByTime":null}""",
            """{"step":5,"images":160,"stage":0,"loss":null,"gradientNorm":null,"learningRate":0.4,"imagesPerSecond":13,"liveTensors":700,"skippedSteps":2,"residentBytes":9,"lossByTime":[0.5,null]}""",
        ], File.ReadAllLines(folder["metrics.jsonl"]));
    }

    [Fact]
    public void Going_back_to_a_checkpoint_drops_later_lines_and_what_is_no_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["metrics.jsonl"], "{\"images\":10}\nnull\n3\n{\"images\":\"ten\"}\n{\"images\":20}\n{\"images\":30}\n{\"loss\":1}\n{\"ima");
        var log = new MetricsLog(folder["metrics.jsonl"]);
        log.TruncateAfter(20);
        Assert.Equal("{\"images\":10}\n{\"images\":20}\n", File.ReadAllText(folder["metrics.jsonl"]));
        log.TruncateAfter(0);
        Assert.Equal("", File.ReadAllText(folder["metrics.jsonl"]));
    }

    [Fact]
    public void Nothing_is_made_where_there_is_nothing_to_drop()
    {
        using var folder = new TemporaryFolder();
        new MetricsLog(folder["metrics.jsonl"]).TruncateAfter(5);
        Assert.False(File.Exists(folder["metrics.jsonl"]));
    }

    [Fact]
    public void Lines_are_read_by_any_json_reader()
    {
        using var folder = new TemporaryFolder();
        var log = new MetricsLog(folder["metrics.jsonl"]);
        log.Add(0, new StepResult(1 / 3.0, 1e-12, 3e-4));
        log.Write(1, 8, 1, 1);
        using var line = JsonDocument.Parse(File.ReadAllText(folder["metrics.jsonl"]));
        Assert.Equal(1 / 3.0, line.RootElement.GetProperty("loss").GetDouble());
        Assert.Equal(1e-12, line.RootElement.GetProperty("gradientNorm").GetDouble());
    }
}
