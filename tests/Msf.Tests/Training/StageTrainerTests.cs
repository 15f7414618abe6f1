using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public class StageTrainerTests
{
    private static readonly TrainingConfig _config = SmallRun.Config.Training;
    private static readonly TransformerConfig _base = SmallRun.Config.Model.Transformer(0);

    [Fact]
    public void The_learning_rate_rises_linearly_and_then_stays()
    {
        using var trainer = Create(_config with { BatchSize = 10, WarmupImages = 90, LearningRate = 0.5 });
        var rates = Rates(trainer, steps: 12, batch: 10);
        Assert.All(Enumerable.Range(0, 9), i => Assert.Equal(0.5 * (i + 1) / 10, rates[i], 1e-12));
        Assert.All(rates[9..], rate => Assert.Equal(0.5, rate, 1e-12));
    }

    [Fact]
    public void A_cosine_falls_to_zero_at_the_end_of_the_stage()
    {
        var config = _config with { BatchSize = 10, WarmupImages = 0, LearningRate = 0.5, Schedule = LearningRateSchedule.Cosine };
        using var trainer = Create(config, totalImages: 100);
        var rates = Rates(trainer, steps: 10, batch: 10);
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(0.25 * (1 + Math.Cos(Math.PI * i / 10)), rates[i], 1e-12));
        Assert.Equal(0, trainer.LearningRate(), 1e-12);
    }

    [Fact]
    public void A_stage_that_is_never_trained_has_a_learning_rate_all_the_same()
    {
        using var trainer = Create(_config with { Schedule = LearningRateSchedule.Cosine }, totalImages: 0);
        Assert.True(double.IsFinite(trainer.LearningRate()));
    }

    [Fact]
    public void The_average_forgets_half_in_its_half_life_and_faster_at_first()
    {
        using var scope = NewDisposeScope();
        using var trainer = Create(_config with { EmaHalfLifeImages = 3, BatchSize = 8 });
        var expected = trainer.State()["average"].to_type(ScalarType.Float64);
        for (var step = 1; step <= 12; step++)
        {
            Step(trainer, step);
            var halfLife = Math.Min(3, 0.05 * 8 * step);                                      // the ramp ends at step 8
            var keep = Math.Pow(2, -8 / halfLife);
            expected = expected * keep + trainer.State()["weights"].to_type(ScalarType.Float64) * (1 - keep);
        }
        Assert.True(TensorAssert.MaximumDifference(expected, trainer.State()["average"]) < 1e-6);
        Assert.True(TensorAssert.MaximumDifference(trainer.State()["weights"], trainer.State()["average"]) > 1e-6, "the average is the weights");
    }

    [Fact]
    public void A_large_gradient_is_scaled_down_to_the_clip()
    {
        using var scope = NewDisposeScope();
        using var trainer = Create(_config with { GradientClip = 1e-3, Beta1 = 0, BatchSize = 8 });
        var norm = Step(trainer).GradientNorm;
        Assert.True(norm > 0.1, $"gradient norm {norm}");
        Assert.Equal(1e-3, trainer.State()["moment1"].norm().item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_step_that_is_not_finite_is_skipped_counted_and_touches_nothing_and_one_too_many_stops(float poison)
    {
        using var scope = NewDisposeScope();
        using var trainer = Create(_config with { NonFiniteLimit = 2 });
        StepResult Poisoned()
        {
            using var generator = new Generator(1);
            return trainer.Step(full(8, 3, 4, 4, poison), zeros(8, ScalarType.Int64), null, generator);
        }

        Step(trainer);
        var before = trainer.State().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        Assert.True(Poisoned().Skipped && Poisoned().Skipped);
        Assert.All(before, pair => Assert.True(TensorAssert.Identical(pair.Value, trainer.State()[pair.Key]), pair.Key));
        Assert.Equal((24, 1, 2, 2), (trainer.Images, trainer.Steps, trainer.SkippedSteps, trainer.SkippedInARow));
        Assert.False(Step(trainer, 2).Skipped);
        Assert.Equal((32, 2, 2, 0), (trainer.Images, trainer.Steps, trainer.SkippedSteps, trainer.SkippedInARow));

        Assert.True(Poisoned().Skipped && Poisoned().Skipped);
        var error = Assert.Throws<InvalidDataException>(() => { Poisoned(); });
        Assert.StartsWith("stage 0 diverged after 56 images", error.Message);
        Assert.Contains("after 2 skipped steps", error.Message);
        Assert.Contains("training.learningRate", error.Message);
    }

    [Fact]
    public void A_loss_that_is_finite_with_a_gradient_that_is_not_is_skipped_too()
    {
        using var scope = NewDisposeScope();
        using var trainer = Create(_config);
        Step(trainer);
        var weight = trainer.Network.named_parameters().Single(parameter => parameter.name == "final_layer.linear.bias").parameter;
        weight.grad = full_like(weight, float.PositiveInfinity);                              // backward adds to what it finds
        var result = Step(trainer);
        Assert.True(double.IsFinite(result.Loss) && result.Skipped, $"{result}");
        Assert.Equal((1, 1), (trainer.Steps, trainer.SkippedSteps));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Only_dropped_labels_train_the_null_class(double dropout, bool trained)
    {
        using var scope = NewDisposeScope();
        using var trainer = Create(_config, diffusion: new DiffusionConfig { LabelDropout = dropout });
        for (var step = 0; step < 3; step++) Step(trainer, step);                             // adaLN-Zero: labels matter from the second step on
        var table = new FlatParameters(trainer.Network).Unflatten(trainer.State()["moment2"])["y_embedder.embedding_table.weight"];
        Assert.Equal(trained, table[4].sum().item<float>() > 0);
        Assert.Equal(!trained, table.narrow(0, 0, 4).sum().item<float>() > 0);
    }

    [Fact]
    public void A_weighting_changes_the_gradient_and_not_the_loss_that_is_reported()
    {
        using var scope = NewDisposeScope();
        StepResult Of(LossWeighting weighting)
        {
            SeededNoise.SeedGlobalGenerator(3);
            using var trainer = Create(_config, diffusion: new DiffusionConfig { Weighting = weighting });
            return Step(trainer);
        }

        var (plain, weighted) = (Of(new LossWeighting()), Of(new LossWeighting { Kind = LossWeightingKind.MinSnr }));
        Assert.Equal(plain.Loss, weighted.Loss);
        Assert.True(weighted.GradientNorm < 0.6 * plain.GradientNorm, $"{weighted.GradientNorm} of {plain.GradientNorm}");   // at most 0.48 of it
    }

    [Fact]
    public void In_bfloat16_the_network_is_rounded_and_the_weights_behind_it_are_not()
    {
        using var scope = NewDisposeScope();
        using var trainer = Create(_config with { LearningRate = 1e-5, WarmupImages = 0 }, computeType: ScalarType.BFloat16);
        var network = new FlatParameters(trainer.Network);
        var initial = trainer.State()["weights"].clone();
        Assert.False(TensorAssert.Identical(initial, initial.to_type(ScalarType.BFloat16)), "the initial weights were rounded");
        for (var step = 0; step < 3; step++) Step(trainer, step);
        var weights = trainer.State()["weights"];
        Assert.All(trainer.State(), pair => Assert.Equal(pair.Key == "lossByTime" ? ScalarType.Float64 : ScalarType.Float32, pair.Value.dtype));
        Assert.True(TensorAssert.Identical(weights.to_type(ScalarType.BFloat16), network.Gather()), "the network does not hold the rounded weights");
        // A step of 1e-5 is lost in bfloat16 on a weight of 0.1, whose neighbours are 5e-4 away.
        var moved = (weights - initial).abs().gt(1e-6).logical_and(initial.abs().gt(0.05));
        Assert.True(moved.sum().item<long>() > 100, $"{moved.sum().item<long>()} weights moved");
    }

    [Fact]
    public void Bfloat16_learns()
    {
        using var scope = NewDisposeScope();
        using var trainer = Create(_config with { LearningRate = 3e-3, WarmupImages = 0 }, computeType: ScalarType.BFloat16);
        var losses = Enumerable.Range(0, 80).Select(step => Step(trainer, step, flat: true).Loss).ToArray();
        Assert.True(losses[^20..].Average() < 0.8 * losses[..10].Average(), $"from {losses[..10].Average():F3} to {losses[^20..].Average():F3}");
    }

    [Fact]
    public void The_average_steps_in_for_the_weights_and_keeps_the_positions_of_the_network_it_came_from()
    {
        using var scope = NewDisposeScope();
        var network = new DiffusionTransformer(_base);
        var positions = randn_like(network.state_dict()["pos_embed"]);
        using (no_grad()) network.state_dict()["pos_embed"].copy_(positions);                 // as of an imported model
        using var trainer = new StageTrainer(network, new StageLoss(new DiffusionConfig(), 4), _config, ScalarType.Float32, 1000);
        Step(trainer);
        var average = new FlatParameters(network);
        trainer.EnterAverage();
        Assert.False(network.training);
        Assert.True(TensorAssert.Identical(trainer.State()["average"], average.Gather()));
        trainer.LeaveAverage();
        Assert.True(network.training);
        Assert.True(TensorAssert.Identical(trainer.State()["weights"], average.Gather()));
        Assert.True(TensorAssert.Identical(positions, trainer.AverageState()["pos_embed"]));
        Assert.Equal(network.state_dict().Keys.Order(), trainer.AverageState().Keys.Order());
    }

    [Fact]
    public void A_state_goes_from_one_trainer_to_another_and_one_of_another_size_is_refused()
    {
        using var scope = NewDisposeScope();
        using var first = Create(_config);
        using var second = Create(_config);
        Step(first);
        second.Restore(first.State(), first.Images, first.Steps);
        Step(first, 9);
        Step(second, 9);
        Assert.All(first.State(), pair => Assert.True(TensorAssert.Identical(pair.Value, second.State()[pair.Key]), pair.Key));
        var other = first.State().ToDictionary(pair => pair.Key, pair => zeros(7));
        Assert.Contains("weights", Assert.Throws<InvalidDataException>(() => second.Restore(other, 0, 0)).Message);
        second.Restore(first.State().Where(pair => pair.Key != "lossByTime").ToDictionary(), 8, 1);                // of an older checkpoint
    }

    [Fact]
    public void Sixty_steps_leave_the_number_of_tensors_as_it_was()
    {
        using var trainer = Create(_config);
        LiveTensors.StayFlat(60, () => Step(trainer));
        LiveTensors.StayFlat(3, () =>
        {
            trainer.EnterAverage();
            trainer.LeaveAverage();
        });
    }

    private static StageTrainer Create(
        TrainingConfig config, long totalImages = 1000, ScalarType computeType = ScalarType.Float32, DiffusionConfig? diffusion = null) =>
        new(new DiffusionTransformer(_base), new StageLoss(diffusion ?? new DiffusionConfig(), 4), config, computeType, totalImages);

    private static double[] Rates(StageTrainer trainer, int steps, int batch) =>
        [.. Enumerable.Range(0, steps).Select(step => Step(trainer, step, batch).LearningRate)];

    private static StepResult Step(StageTrainer trainer, int seed = 0, int batch = 8, bool flat = false)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed + 17);
        var labels = arange(batch, ScalarType.Int64).remainder(4);
        var component = flat
            ? (labels - 1.5).to_type(ScalarType.Float32).view(batch, 1, 1, 1).expand(batch, 3, 4, 4).contiguous()
            : randn([batch, 3, 4, 4], generator: generator);
        return trainer.Step(component, labels, null, generator);
    }
}
