using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Tests.Training;

[Collection(SequentialTraining.Name)]
public sealed class TrainingMemoryTests
{
    private static readonly ModelConfig _model = RandomNetworks.Model(levels: 2) with
    {
        Stages =
        [
            new StageConfig { PatchSize = 2, Width = 256, Depth = 4, Heads = 4 },
            new StageConfig { PatchSize = 4, Width = 128, Depth = 2, Heads = 2 },
        ],
    };

    private static readonly TrainingConfig _training = new() { MaxImages = 1000 };

    [Theory]
    [InlineData(ComputePrecision.Float32, false, 1)]
    [InlineData(ComputePrecision.BFloat16, false, 1)]
    [InlineData(ComputePrecision.BFloat16, true, 2)]
    public void What_stays_between_steps_is_what_the_allocator_says(ComputePrecision precision, bool postHoc, int accumulate)
    {
        var training = _training with { Accumulate = accumulate, PostHocEma = postHoc ? new PostHocEmaConfig { RelativeWidths = [0.05, 0.1, 0.2] } : null };
        var model = _model with { Factorization = _model.Factorization with { Levels = 1 }, Stages = [_model.Stages[0]] };
        var memory = TrainingMemory.Of(model, training, 1, precision, recompute: false);
        using (Create(model.Transformer(0), training, precision)) { }
        var counted = memory.Networks + memory.Weights + memory.Moments + memory.Averages + memory.Gradients;
        // Memory of other tests may be given back while this one looks, so it looks again.
        var measured = Enumerable.Range(0, 5).Select(_ => Held(model.Transformer(0), training, precision) / (double)counted).ToArray();
        Assert.Contains(measured, ratio => Math.Abs(ratio - 1) < 0.02);
    }

    [Fact]
    public void A_checkpoint_copies_what_the_stages_hold()
    {
        var training = _training with { PostHocEma = new PostHocEmaConfig() };
        using var trainer = Create(_model.Transformer(0), training, ComputePrecision.Float32);
        var model = _model with { Factorization = _model.Factorization with { Levels = 1 }, Stages = [_model.Stages[0]] };
        var copied = trainer.State().Values.Sum(tensor => tensor.numel() * tensor.element_size());
        Assert.Equal(1, copied / (double)TrainingMemory.Of(model, training, 1, ComputePrecision.Float32, false).CheckpointCopy, 1e-4);   // counts and sums of losses are less
    }

    [Fact]
    public void Stages_add_what_they_hold_and_take_turns_in_what_a_step_needs()
    {
        TrainingMemory Of(ModelConfig model) => TrainingMemory.Of(model, _training, 256, ComputePrecision.BFloat16, recompute: false);
        ModelConfig Only(int stage) => _model with { Factorization = _model.Factorization with { Levels = 1 }, Size = _model.StageSize(stage), Stages = [_model.Stages[stage]] };
        var (both, first) = (Of(_model), Of(Only(0)));
        Assert.Equal(TransformerCost.Of(_model.Transformer(0)).Parameters + TransformerCost.Of(_model.Transformer(1)).Parameters, both.Networks / 2);
        Assert.Equal((2 * both.Networks, 4 * both.Networks, both.Networks), (both.Weights, both.Moments, both.Gradients));
        Assert.Equal(first.Activations, both.Activations);
        Assert.Equal(both.Networks + both.Weights + both.Moments + both.Averages + both.Gradients + both.Activations, both.Peak);
        // Of one image little is kept, and the gradients left at the parameters of the larger stage are more.
        var single = TrainingMemory.Of(_model, _training, 1, ComputePrecision.BFloat16, recompute: false);
        Assert.InRange(single.Peak - (both.Peak - both.Activations), first.Networks, 1.1 * first.Networks + single.Activations);
    }

    [Fact]
    public void Recomputation_and_parts_of_a_batch_save_activations()
    {
        TrainingMemory Of(bool recompute, int accumulate, int batch = 512) =>
            TrainingMemory.Of(_model, _training with { Accumulate = accumulate }, batch, ComputePrecision.Float32, recompute);
        var whole = Of(false, 1);
        Assert.InRange(Of(true, 1).Activations / (double)whole.Activations, 0.2, 0.5);       // one block of four, and their inputs
        Assert.True(Of(true, 1).Peak < whole.Peak);
        Assert.Equal((128, whole.Activations / 4), (Of(false, 4).Batch, Of(false, 4).Activations));
        Assert.Equal(Of(false, 1, batch: 128).Activations, Of(false, 4).Activations);
    }

    private static long Held(TransformerConfig config, TrainingConfig training, ComputePrecision precision)
    {
        GC.Collect();                                                                         // of earlier trainers and of other tests
        GC.WaitForPendingFinalizers();
        var before = NativeMemory.InUse;
        using var trainer = Create(config, training, precision);
        return NativeMemory.InUse - before;
    }

    private static StageTrainer Create(TransformerConfig config, TrainingConfig training, ComputePrecision precision) =>
        new(new DiffusionTransformer(config), new StageLoss(new DiffusionConfig(), config.Classes), training, precision.ToScalarType(), 1000);
}
