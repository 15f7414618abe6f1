using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public sealed class BatchGradientTests
{
    [Theory]
    [InlineData(8, 1)]
    [InlineData(7, 1)]
    [InlineData(9, 3)]
    public void Shares_give_the_gradient_of_the_batch(int batch, int parts)
    {
        Assert.SkipUnless(SequentialTraining.On(2, () => ThreadTeam.Threads) == 2, "libtorch brings no OpenMP here");
        using var scope = NewDisposeScope();
        var (alone, shared) = (Steps(1, batch, parts), Steps(2, batch, parts));
        TensorAssert.Close(alone.Gradient, shared.Gradient, 2e-2, "bfloat16");
        Assert.Equal(alone.Norm, shared.Norm, 1e-2 * alone.Norm);
        Assert.Equal(alone.Loss, shared.Loss, 1e-3 * alone.Loss);
        Assert.False(TensorAssert.Identical(alone.Gradient, shared.Gradient), "nothing was shared");
    }

    [Fact]
    public void A_step_repeats_bit_for_bit_recomputed_or_not()
    {
        using var scope = NewDisposeScope();
        var (first, second, recomputed) = (Steps(2, 8), Steps(2, 8), Steps(2, 8, recompute: true));
        Assert.True(TensorAssert.Identical(first.Gradient, second.Gradient));
        Assert.True(TensorAssert.Identical(first.Gradient, recomputed.Gradient));
    }

    [Fact]
    public void A_batch_smaller_than_the_number_of_threads_is_trained_on()
    {
        using var scope = NewDisposeScope();
        using var trainer = SequentialTraining.On(4, () => Create(new TrainingConfig { MaxImages = 1000, BatchSize = 8 }));
        Assert.True(double.IsFinite(SequentialTraining.On(4, () => Step(trainer, 3).Loss)));
    }

    [Fact]
    public void Tensors_stay_flat()
    {
        using var trainer = SequentialTraining.On(2, () => Create(new TrainingConfig { MaxImages = 1000, BatchSize = 8 }));
        LiveTensors.StayFlat(10, () => SequentialTraining.On(2, () => Step(trainer, 8)));
    }

    // With beta1 = 0 and no clipping, the first moment after a step is the gradient itself.
    private static (double Loss, double Norm, Tensor Gradient) Steps(int threads, int batch, int parts = 1, bool recompute = false) =>
        SequentialTraining.On(threads, () => ThreeSteps(batch, parts, recompute));

    private static (double Loss, double Norm, Tensor Gradient) ThreeSteps(int batch, int parts, bool recompute)
    {
        SeededNoise.SeedGlobalGenerator(3);
        using var trainer = Create(new TrainingConfig
        {
            MaxImages = 1000,
            BatchSize = batch,
            Accumulate = parts,
            RecomputeBlocks = recompute,
            Beta1 = 0,
            GradientClip = 1e9,
            WarmupImages = 0,
        });
        for (var i = 0; i < 2; i++) Step(trainer, batch);                                     // adaLN-Zero: gradients are everywhere from the second step on
        var result = Step(trainer, batch);
        return (result.Loss, result.GradientNorm, trainer.State()["moment1"].clone());
    }

    private static StageTrainer Create(TrainingConfig config) => new(
        new DiffusionTransformer(SmallRun.Config.Model.Transformer(1)), new StageLoss(new DiffusionConfig(), 4), config, ScalarType.BFloat16, 1000);

    private static StepResult Step(StageTrainer trainer, int batch)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(17);
        var component = randn([batch, 3, 8, 8], generator: generator);
        return trainer.Step(component, arange(batch, ScalarType.Int64).remainder(4), component * 0.5, generator);
    }
}
