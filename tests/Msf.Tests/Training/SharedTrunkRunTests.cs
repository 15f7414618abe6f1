using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Whole runs of stages that share a trunk: resumed, averaged afterwards, started from others, distilled.</summary>
[Collection(SequentialTraining.Name)]
public sealed class SharedTrunkRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];

    [Theory]
    [InlineData(1, ComputePrecision.Float32)]
    [InlineData(2, ComputePrecision.BFloat16)]
    public void Killed_and_stopped_it_ends_as_if_nothing_had_happened(int threads, ComputePrecision precision) => SequentialTraining.On(threads, () =>
    {
        var config = SharedTrunkModels.With(training => training with
        {
            Precision = precision,
            CheckpointEveryImages = 40,
            SampleEveryImages = 80,
            Schedule = LearningRateSchedule.Cosine,
            PostHocEma = new PostHocEmaConfig { SnapshotEveryImages = 56 },
        });
        var whole = SmallRun.Train(config, _folder["whole"]);
        using (var trainer = SmallRun.Open(config, _folder["run"]))
            Assert.Throws<InvalidOperationException>(() => trainer.Train(new SmallRun.Callback(progress =>
            {
                if (progress.Images >= 72) throw new InvalidOperationException("killed");
            }), TestContext.Current.CancellationToken));
        SmallRun.TrainUntil(104, config, _folder["run"], resume: true);
        var resumed = SmallRun.Train(config, _folder["run"], resume: true);

        SmallRun.AssertSame(whole.Checkpoint, resumed.Checkpoint);
        Assert.Contains("trunk.moment2", SmallRun.Tensors(whole.Checkpoint).Keys);
        Assert.All(ModelFolder.WeightNames(config.Model), name => Assert.Equal(FileDigest.Sha256(_folder[$"whole/model/{name}"]), FileDigest.Sha256(_folder[$"run/model/{name}"])));
        Assert.All(["56", "112", "160"], images => SmallRun.AssertSame(_folder[$"whole/averages/{images}"], _folder[$"run/averages/{images}"]));
        Assert.Equal(Directory.GetFiles(_folder["whole/samples"]).Select(FileDigest.Sha256), Directory.GetFiles(_folder["run/samples"]).Select(FileDigest.Sha256));
        return 0;
    });

    [Fact]
    public void A_checkpoint_without_its_trunk_is_passed_over()
    {
        var config = SharedTrunkModels.With(training => training with { CheckpointEveryImages = 40 });
        SmallRun.TrainUntil(80, config, _folder["run"]);
        File.Delete(_folder["run/checkpoints/80/trunk.safetensors"]);
        using var trainer = SmallRun.Open(config, _folder["run"], resume: true, _told.Add);
        Assert.Equal(40, trainer.Images);
        Assert.Contains("trunk.safetensors is missing", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public void An_average_afterwards_is_the_one_that_was_tracked_and_the_trunk_has_one_width()
    {
        using var scope = NewDisposeScope();
        var config = SharedTrunkModels.With(training => training with { PostHocEma = new PostHocEmaConfig { SnapshotEveryImages = 16 } });
        SmallRun.Train(config, _folder["run"]);
        var run = new RunFolder(_folder["run"]);
        Assert.All(PostHocAverage.Write(run, [0.10, 0.10], null, _folder["model"]).ProfileErrors, error => Assert.InRange(error, 0, 1e-6));
        var tracked = SmallRun.Tensors(_folder["run/checkpoints/160"]);
        var (_, networks) = ModelFolder.Read(_folder["model"]);
        for (var stage = 0; stage < 2; stage++)
        {
            TensorAssert.Close(tracked["trunk.postHocAverage1"], new FlatParameters(networks[stage], SharedTrunk.Holds).Gather(), 1e-3);
            TensorAssert.Close(tracked[$"{stage}.postHocAverage1"], new FlatParameters(networks[stage], key => !SharedTrunk.Holds(key)).Gather(), 1e-3);
            networks[stage].Dispose();
        }
        var error = Assert.Throws<ArgumentException>(() => PostHocAverage.Write(run, [0.10, 0.07], null, _folder["model"]));
        Assert.Contains("its average has one width", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_starts_from_a_model_and_takes_one_trunk(bool fromShared)
    {
        using var scope = NewDisposeScope();
        var source = fromShared ? SharedTrunkModels.Run : SmallRun.Config;
        SmallRun.Train(source, _folder["first"]);
        var config = SharedTrunkModels.With(training => training with { InitialWeights = new InitialWeightsConfig { Model = _folder["first/model"] } });
        using var trainer = SmallRun.Open(config, _folder["run"], warn: _told.Add);
        var (_, networks) = ModelFolder.Read(_folder["first/model"]);
        Assert.True(TensorAssert.Identical(new FlatParameters(networks[0], SharedTrunk.Holds).Gather(), trainer.Trunk!.Weights));
        Assert.True(TensorAssert.Identical(trainer.Trunk.Weights, trainer.Trunk.Average));
        for (var stage = 0; stage < 2; stage++)
        {
            var state = networks[stage].state_dict();
            Assert.All(trainer.Stages[stage].Weights().Where(pair => state.ContainsKey(pair.Key)), pair => Assert.True(TensorAssert.Identical(state[pair.Key], pair.Value), pair.Key));
            networks[stage].Dispose();
        }
        Assert.Equal(2, _told.Count);
        Assert.Equal(!fromShared, _told[1].Contains("stage_embedder.weight (absent there)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stage_that_starts_from_the_base_takes_what_is_its_own()
    {
        var config = SharedTrunkModels.With(training => training with { InitializeFromBaseAfterImages = 60 });
        var whole = SmallRun.Train(config, _folder["whole"], warn: _told.Add);
        Assert.DoesNotContain("blocks.", Assert.Single(_told), StringComparison.Ordinal);
        using (var trainer = SmallRun.Open(config, _folder["run"], warn: _told.Add))
        using (var stop = new CancellationTokenSource())
            trainer.Train(new SmallRun.Callback(progress => { if (progress.Images >= 72) stop.Cancel(); }), stop.Token);
        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(config, _folder["run"], resume: true, _told.Add).Checkpoint);
    }

    [Fact]
    public void All_stages_can_be_distilled_and_no_single_one()
    {
        SmallRun.Train(SharedTrunkModels.Run, _folder["teacher"]);
        RunConfig Plan(int[] windows)
        {
            var plan = DistillationPlan.Create(_folder["teacher/model"], windows);
            return plan with { Data = SmallRun.Config.Data, Training = plan.Training with { MaxImages = 96, BatchSize = 8, CheckpointEveryImages = 48, SampleEveryImages = 0, Precision = ComputePrecision.Float32 } };
        }
        var result = SmallRun.Train(Plan([2, 1]), _folder["run"], warn: _told.Add);
        Assert.True(ModelFolder.ReadManifest(result.Model).Model.SharedTrunk);
        using (var student = MsfModel.Load(result.Model, precision: ComputePrecision.Float32)) student.Sample(student.Request([0, 1], seed: 1), cancellation: TestContext.Current.CancellationToken).Dispose();
        Assert.Equal("distillation: stage 1 is to stay the teacher's, and with model.sharedTrunk it would change with the others; give every stage windows", Assert.Single(Plan([2, 0]).Validate()));
    }

    [Fact]
    public void Every_stage_needs_a_share() =>
        Assert.StartsWith("training: stageShares gives stage 1 nothing", Assert.Single(SharedTrunkModels.With(training => training with { StageShares = [1, 0] }).Validate()), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();
}
