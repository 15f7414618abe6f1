using Msf.Checkpoints;
using Msf.Models;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Stages that start from the weights of another model, or of the base.</summary>
[Collection(SequentialTraining.Name)]
public sealed class InitialWeightsTests : IDisposable
{
    private static readonly RunConfig _fromBase = SmallRun.With(training => training with { InitializeFromBaseAfterImages = 60 });
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];

    [Theory]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(72)]
    public void A_run_whose_residual_starts_from_the_base_resumes_bit_for_bit(int cancelledAt)
    {
        var whole = SmallRun.Train(_fromBase, _folder["whole"], warn: _told.Add);
        using (var trainer = SmallRun.Open(_fromBase, _folder["run"], warn: _told.Add))
        using (var stop = new CancellationTokenSource())
            trainer.Train(new SmallRun.Callback(progress => { if (progress.Images >= cancelledAt) stop.Cancel(); }), stop.Token);
        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(_fromBase, _folder["run"], resume: true, _told.Add).Checkpoint);
    }

    [Fact]
    public void The_base_is_alone_at_first_then_the_residual_takes_what_fits_and_catches_up()
    {
        using var scope = NewDisposeScope();
        using var trainer = SmallRun.Open(_fromBase, _folder["run"], warn: _told.Add);
        var fresh = trainer.Stages[1].Weights().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        var order = Enumerable.Range(0, 8).Select(_ => trainer.Step().Stage).ToArray();
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0], order);                                        // 60 images are 8 steps of 8
        var source = trainer.Stages[0].Weights().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        Assert.Equal(1, trainer.Step().Stage);
        var rate = trainer.Config.Training.LearningRate;
        Assert.All(trainer.Stages[1].Weights(), weight =>
        {
            var from = source.TryGetValue(weight.Key, out var other) && other.shape.SequenceEqual(weight.Value.shape) ? other : fresh[weight.Key];
            Assert.InRange(TensorAssert.MaximumDifference(from, weight.Value), 0, rate);      // one step of AdamW away at most
        });
        while (trainer.Images < 480) trainer.Step();
        var plain = new ComputeShares(SmallRun.Config.Model, SmallRun.Config.Training).ImagesPerStage(480);
        Assert.InRange(trainer.Stages[0].Images, plain[0] - 16, plain[0] + 16);

        var line = Assert.Single(_told);
        Assert.StartsWith("stage 1 takes", line);
        Assert.Contains("the base after its first 60 images", line);
        Assert.Contains("x_embedder.proj.weight", line);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void A_run_starts_from_a_model_stage_by_stage_and_remembers_its_positions()
    {
        using var scope = NewDisposeScope();
        SmallRun.Train(SmallRun.Config, _folder["first"]);
        var config = SmallRun.With(training => training with { InitialWeights = new InitialWeightsConfig { Model = _folder["first/model"], Stages = [0, InitialWeightsConfig.None] } });
        using (var trainer = SmallRun.Open(config, _folder["run"], warn: _told.Add))
        {
            using var fresh = SmallRun.Open(SmallRun.Config, _folder["fresh"]);
            var (_, networks) = ModelFolder.Read(_folder["first/model"]);
            Assert.True(TensorAssert.Identical(new FlatParameters(networks[0]).Gather(), trainer.Stages[0].State()["weights"]));
            Assert.True(TensorAssert.Identical(new FlatParameters(networks[0]).Gather(), trainer.Stages[0].State()["average"]));
            Assert.True(TensorAssert.Identical(fresh.Stages[1].State()["weights"], trainer.Stages[1].State()["weights"]));
            foreach (var network in networks) network.Dispose();
            trainer.Train(cancellation: new CancellationToken(canceled: true));
        }
        Assert.StartsWith("stage 0 takes", Assert.Single(_told));
        Assert.DoesNotContain("keeps its own", _told[0]);
        Directory.Delete(_folder["first"], recursive: true);
        Assert.True(SmallRun.Train(config, _folder["run"], resume: true).Completed);          // the model is not needed again
    }

    [Fact]
    public void Positions_that_came_from_a_model_come_back_from_a_checkpoint()
    {
        using var scope = NewDisposeScope();
        StageTrainer Create() => new(
            new DiffusionTransformer(SmallRun.Config.Model.Transformer(0)), new Msf.Diffusion.StageLoss(new Msf.Diffusion.DiffusionConfig(), 4),
            SmallRun.Config.Training, ScalarType.Float32, 1000);
        using var first = Create();
        var source = first.Weights();
        source["pos_embed"] = randn_like(first.FixedState["pos_embed"]);
        Assert.Contains("pos_embed", first.Initialize(source, "a model", withFixed: true).Taken);
        Assert.True(TensorAssert.Identical(source["pos_embed"], first.Network.state_dict()["pos_embed"]));
        using var second = Create();
        second.Restore(first.State(), 0, 0);
        Assert.True(TensorAssert.Identical(source["pos_embed"], second.Network.state_dict()["pos_embed"]));
        Assert.True(TensorAssert.Identical(source["pos_embed"], second.AverageState()["pos_embed"]));
    }

    [Fact]
    public void What_is_left_is_named_with_its_reason_and_nothing_at_all_is_an_error()
    {
        var target = new Dictionary<string, long[]> { ["a"] = [2, 3], ["b"] = [4], ["c"] = [5] };
        var plan = WeightTransfer.Plan(new Dictionary<string, long[]> { ["a"] = [2, 3], ["b"] = [1, 4], ["d"] = [9] }, target, "that");
        Assert.Equal(["a"], plan.Taken);
        Assert.Equal(["b ((1, 4) there, (4) here)", "c (absent there)"], plan.Left);
        Assert.Equal("stage 1 takes 1 of 3 weights from that; it keeps its own b ((1, 4) there, (4) here), c (absent there).", plan.Describe(1, "that"));
        Assert.Contains("no weight of that", Assert.Throws<InvalidDataException>(() => WeightTransfer.Plan(new Dictionary<string, long[]>(), target, "that")).Message);
    }

    [Fact]
    public void What_cannot_be_is_refused_in_one_line()
    {
        Assert.Contains("base sees", Assert.Single(SmallRun.With(training => training with { InitializeFromBaseAfterImages = 150 }).Validate()));
        Refused(training => training with { InitializeFromBaseAfterImages = 0 }, "expected at least 1");
        Refused(training => training with { InitializeFromBaseAfterImages = 8, StageShares = [0, 1] }, "share of the base");
        Refused(training => training with { InitialWeights = new InitialWeightsConfig { Model = " " } }, "model is empty");
        Refused(training => training with { InitialWeights = new InitialWeightsConfig { Model = "m", Stages = [0] } }, "1 entries for 2 stages");
        Refused(training => training with { InitialWeights = new InitialWeightsConfig { Model = "m", Stages = [0, -2] } }, "-1 for none");
        Refused(training => training with { InitialWeights = new InitialWeightsConfig { Model = "m" }, InitializeFromBaseAfterImages = 8 }, "both");
        Assert.Contains("one stage", Assert.Single(new TrainingConfig { MaxImages = 9, InitializeFromBaseAfterImages = 1 }.Validate(1)));
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["first"]);
        var far = SmallRun.With(training => training with { InitialWeights = new InitialWeightsConfig { Model = _folder["first/model"], Stages = [5, -1] } });
        Assert.Contains("there is no stage 5", Assert.Throws<InvalidDataException>(() => SmallRun.Open(far, _folder["run"])).Message);
    }

    public void Dispose() => _folder.Dispose();

    private static void Refused(Func<TrainingConfig, TrainingConfig> change, string expected) =>
        Assert.Contains(expected, Assert.Single(SmallRun.With(change).Validate()));
}
