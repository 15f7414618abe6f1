using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Steps that are not finite in the middle of a run: what is saved, said and resumed.</summary>
[Collection(SequentialTraining.Name)]
public sealed class SkippedStepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(64)]
    [InlineData(112)]
    public void A_run_that_skips_steps_resumes_bit_for_bit_also_from_among_them(int cancelledAt)
    {
        var seen = new List<TrainingProgress>();
        var whole = Train("whole", 160, resume: false, seen.Add);
        Assert.Equal(6, seen[^1].SkippedSteps);
        Assert.All(seen, progress => Assert.Equal(progress.Images is > 48 and <= 96, double.IsNaN(progress.Loss)));

        Train("run", cancelledAt, resume: false);
        var resumed = Train("run", 160, resume: true);
        SmallRun.AssertSame(whole.Checkpoint, resumed.Checkpoint);
        var (expected, state) = (State(whole.Checkpoint), State(resumed.Checkpoint));
        Assert.Equal(6, state.StageSkipped!.Sum());
        Assert.Equal(expected.StageSkipped, state.StageSkipped);
        Assert.Equal(expected.StageSteps, state.StageSteps);
        Assert.Equal(160, state.StageImages.Sum());
        Assert.Equal(160 / 8, state.StageSteps.Sum() + state.StageSkipped!.Sum());
        Assert.Equal(6, MetricsLog.Read(_folder["run/metrics.jsonl"]).GroupBy(line => line.Stage).Sum(stage => stage.Last().SkippedSteps));
    }

    [Fact]
    public void No_checkpoint_is_written_while_steps_are_skipped_and_the_next_good_step_makes_up_for_it()
    {
        Train("run", 160, resume: false);                                                     // due at 80, where steps 49 to 96 are skipped
        var images = Directory.GetDirectories(_folder["run/checkpoints"]).Select(folder => long.Parse(Path.GetFileName(folder))).Order().ToArray();
        Assert.Equal(160, images[1]);
        Assert.InRange(images[0], 104, 128);                                                  // once both stages have taken a step again
        Assert.All(State(_folder[$"run/checkpoints/{images[0]}"]).StageSkippedInARow!, skipped => Assert.Equal(0, skipped));
    }

    [Fact]
    public void Skipped_steps_in_a_row_are_counted_across_a_resume()
    {
        var config = SmallRun.With(training => training with { NonFiniteLimit = 2, StageShares = [1, 0] });
        Train("run", 56, resume: false, config: config);
        Assert.Equal([1, 0], State(_folder["run/checkpoints/56"]).StageSkippedInARow!);
        var error = Assert.Throws<InvalidDataException>(() => Train("run", 160, resume: true, config: config));
        Assert.Contains("after 2 skipped steps", error.Message);
        Assert.Equal(["56"], Directory.GetDirectories(_folder["run/checkpoints"]).Select(Path.GetFileName));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Trains until an image; between images 48 and 96 the networks hold a weight that is no number.</summary>
    private TrainingResult Train(string run, long until, bool resume, Action<TrainingProgress>? progress = null, RunConfig? config = null)
    {
        using var stop = new CancellationTokenSource();
        using var trainer = SmallRun.Open(config ?? SmallRun.Config, _folder[run], resume);
        void Poison(long images)
        {
            using var noGrad = no_grad();
            foreach (var stage in trainer.Stages)
            {
                if (images is >= 48 and < 96) stage.Network.state_dict()["final_layer.linear.bias"].fill_(float.NaN);
                else stage.LeaveAverage();                                                    // writes the weights back
            }
        }

        Poison(trainer.Images);
        return trainer.Train(
            new SmallRun.Callback(value =>
            {
                progress?.Invoke(value);
                Poison(value.Images);
                if (value.Images >= until) stop.Cancel();
            }),
            stop.Token);
    }

    private static TrainingState State(string checkpoint) =>
        JsonFormat.Parse<TrainingState>(File.ReadAllText(Path.Combine(checkpoint, "state.json")), "state");
}
