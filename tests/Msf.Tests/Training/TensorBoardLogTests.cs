using Msf.Data;
using Msf.Training;
using Tensorboard;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public sealed class TensorBoardLogTests : IDisposable
{
    private static readonly RunConfig _config = SmallRun.With(training => training with { SampleEveryImages = 80 });
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_run_shows_every_metric_of_every_line_and_its_sheets()
    {
        SmallRun.Train(_config, _folder["run"]);
        var shown = Values("run");
        var lines = MetricsLog.Read(_folder["run/metrics.jsonl"]);
        Assert.Equal([40, 80, 120, 160], lines.Select(line => line.Images).Distinct());
        foreach (var line in lines)
        {
            float Shown(string tag) => Assert.Single(shown, value => value.Tag == tag && value.Step == line.Images).Scalar;
            Assert.Equal((float)line.Loss!.Value, Shown($"loss/stage{line.Stage}"));
            Assert.Equal((float)line.GradientNorm!.Value, Shown($"gradient_norm/stage{line.Stage}"));
            Assert.Equal((float)line.LearningRate, Shown($"learning_rate/stage{line.Stage}"));
            Assert.Equal(0, Shown($"skipped_steps/stage{line.Stage}"));
            Assert.Equal(8, line.LossByTime!.Count);
            for (var i = 0; i < 8; i++)
            {
                var tag = $"loss_by_time_stage{line.Stage}/t{new[] { "0.0625", "0.1875", "0.3125", "0.4375", "0.5625", "0.6875", "0.8125", "0.9375" }[i]}";
                if (line.LossByTime[i] is { } loss) Assert.Equal((float)loss, Shown(tag));
                else Assert.DoesNotContain(shown, value => value.Tag == tag && value.Step == line.Images);
            }
        }
        foreach (var step in new[] { 40, 80, 120, 160 })
        {
            foreach (var tag in new[] { "run/images_per_second", "run/live_tensors", "run/resident_megabytes" })
                Assert.Contains(shown, value => value.Tag == tag && value.Step == step && value.Scalar > 0);
        }
        var sheets = Events("run").Where(what => what.Summary?.Value.Any(value => value.Image is not null) == true).ToArray();
        Assert.Equal([80, 160], sheets.Select(sheet => sheet.Step));
        foreach (var sheet in sheets)
        {
            var image = sheet.Summary.Value[0].Image;
            Assert.Equal(File.ReadAllBytes(_folder[$"run/samples/{sheet.Step:D9}.png"]), image.EncodedImageString.ToByteArray());
            var picture = ImageDecoder.Decode(_folder[$"run/samples/{sheet.Step:D9}.png"]);
            Assert.Equal((picture.Width, picture.Height, 3), (image.Width, image.Height, image.Colorspace));
        }
    }

    [Theory]
    [InlineData(56)]
    [InlineData(80)]
    public void A_resumed_run_shows_what_an_uninterrupted_one_shows_and_nothing_twice(int cancelledAt)
    {
        SmallRun.Train(_config, _folder["whole"]);
        SmallRun.TrainUntil(cancelledAt, _config, _folder["run"]);
        SmallRun.Train(_config, _folder["run"], resume: true);
        Assert.Equal(Reproducible("whole"), Reproducible("run"));
    }

    [Fact]
    public void What_was_shown_beyond_the_checkpoint_is_taken_back()
    {
        SmallRun.Train(_config, _folder["whole"]);
        SmallRun.Train(_config, _folder["run"]);
        Directory.Delete(_folder["run/checkpoints/160"], recursive: true);
        File.AppendAllText(Files("run")[0], "torn");
        using (SmallRun.Open(_config, _folder["run"], resume: true)) Assert.All(Events("run"), what => Assert.InRange(what.Step, 0, 80));
        SmallRun.Train(_config, _folder["run"], resume: true);
        Assert.Equal(Reproducible("whole"), Reproducible("run"));
        Assert.Equal(2, Files("run").Length);
        Assert.Single(Events("run"), what => what.SessionLog is not null && what.Step == 120); // a TensorBoard that looks on forgets from there
    }

    [Fact]
    public void Starting_over_takes_everything_back()
    {
        SmallRun.Train(_config, _folder["run"]);
        new TensorBoardLog(_folder["run/tensorboard"]).TruncateAfter(0);
        Assert.Empty(Files("run"));
    }

    [Fact]
    public void Times_are_seconds_since_1970()
    {
        var log = new TensorBoardLog(_folder["events"], new Clock());
        log.Add([new MetricsLine(1, 8, 0, null, null, 1e-3, 1, 1, 3)]);
        var events = EventFile.Read(File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder["events"]))), out _);
        Assert.All(events, what => Assert.Equal(1_700_000_000.25, what.WallTime));
        Assert.DoesNotContain(events[^1].Summary.Value, value => value.Tag.StartsWith("loss", StringComparison.Ordinal));
        Assert.Contains(events[^1].Summary.Value, value => value.Tag == "skipped_steps/stage0" && value.SimpleValue == 3);
    }

    public void Dispose() => _folder.Dispose();

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250);
    }

    private string[] Files(string run) => [.. Directory.GetFiles(_folder[$"{run}/tensorboard"]).Order()];

    private Event[] Events(string run) => [.. Files(run).SelectMany(file => EventFile.Read(File.ReadAllBytes(file), out _))];

    private (string Tag, long Step, float Scalar)[] Values(string run) =>
    [
        .. Events(run).Where(what => what.Summary is not null)
            .SelectMany(what => what.Summary.Value.Select(value => (value.Tag, what.Step, value.SimpleValue))),
    ];

    /// <summary>All that does not depend on the machine.</summary>
    private (string Tag, long Step, float Scalar)[] Reproducible(string run) =>
        [.. Values(run).Where(value => !value.Tag.StartsWith("run/", StringComparison.Ordinal))];
}
