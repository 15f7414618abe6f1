using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public class GradientAccumulationTests
{
    [Theory]
    [InlineData(2, ScalarType.Float32, 1e-6)]
    [InlineData(3, ScalarType.Float32, 1e-6)]
    [InlineData(8, ScalarType.Float32, 1e-6)]
    [InlineData(4, ScalarType.BFloat16, 2e-2)]
    public void Parts_give_the_gradient_of_the_batch(int parts, ScalarType type, double relative)
    {
        using var scope = NewDisposeScope();
        var (whole, cut) = (Gradient(1, type), Gradient(parts, type));
        Assert.Equal(whole.Loss, cut.Loss, relative * whole.Loss);
        Assert.Equal(whole.Norm, cut.Norm, relative * whole.Norm);
        TensorAssert.Close(whole.Gradient, cut.Gradient, relative, $"accumulation of {parts} in {type}");
        Assert.False(TensorAssert.Identical(whole.Gradient, cut.Gradient), "nothing was cut");
    }

    [Fact]
    public void A_run_in_parts_learns_what_the_run_in_one_piece_learns()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var whole = SmallRun.Tensors(SmallRun.Train(SmallRun.Config, folder["whole"]).Checkpoint);
        var cut = SmallRun.Tensors(SmallRun.Train(SmallRun.With(training => training with { Accumulate = 4 }), folder["cut"]).Checkpoint);
        foreach (var stage in new[] { 0, 1 }) TensorAssert.Close(whole[$"{stage}.average"], cut[$"{stage}.average"], 1e-3);
    }

    [Fact]
    public void Tensors_stay_flat()
    {
        using var trainer = Create(new TrainingConfig { MaxImages = 1000, BatchSize = 8, Accumulate = 3 }, ScalarType.Float32);
        LiveTensors.StayFlat(10, () => Step(trainer));
    }

    // With beta1 = 0 and no clipping, the first moment after a step is the gradient itself.
    private static (double Loss, double Norm, Tensor Gradient) Gradient(int parts, ScalarType type)
    {
        SeededNoise.SeedGlobalGenerator(3);
        using var trainer = Create(
            new TrainingConfig { MaxImages = 1000, BatchSize = 8, Accumulate = parts, Beta1 = 0, GradientClip = 1e9, WarmupImages = 0 }, type);
        for (var i = 0; i < 2; i++) Step(trainer);                                            // adaLN-Zero: gradients are everywhere from the second step on
        var result = Step(trainer);
        return (result.Loss, result.GradientNorm, trainer.State()["moment1"].clone());
    }

    private static StageTrainer Create(TrainingConfig config, ScalarType type) => new(
        new DiffusionTransformer(SmallRun.Config.Model.Transformer(1)), new StageLoss(new DiffusionConfig(), 4), config, type, 1000);

    private static StepResult Step(StageTrainer trainer)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(17);
        var component = randn([8, 3, 8, 8], generator: generator);
        return trainer.Step(component, arange(8, ScalarType.Int64).remainder(4), component * 0.5, generator);
    }
}
