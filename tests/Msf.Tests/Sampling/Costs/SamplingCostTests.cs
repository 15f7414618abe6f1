using Msf.Models;
using Msf.Sampling;

namespace Msf.Tests.Sampling;

public sealed class SamplingCostTests
{
    private static readonly ModelConfig _model = RandomNetworks.Model(levels: 2);
    private static readonly GuidanceConfig _guided = new() { Scale = 2 };

    private static SamplingConfig Budgets(params StageSamplingConfig[] stages) => new() { Stages = stages };

    [Fact]
    public void Forwards_and_multiply_adds_are_those_of_the_budget()
    {
        var sampling = Budgets(
            new() { Steps = 10, Guidance = _guided with { From = 0.25, To = 0.55 } }, new() { Steps = 4, Solver = SolverKind.Heun });
        var cost = SamplingCost.Of(_model, sampling, batch: 3);
        Assert.Equal([(3, 7, 13), (0, 8, 8)], cost.Stages.Select(stage => (stage.GuidedEvaluations, stage.PlainEvaluations, stage.Forwards)));
        Assert.Equal(sampling.Stages.Select(stage => stage.Forwards()), cost.Stages.Select(stage => stage.Forwards));
        Assert.Equal(TransformerCost.PerImage(_model, [13, 8]), cost.MultiplyAddsPerImage);
        Assert.Equal(Enumerable.Range(0, 2).Sum(stage => TransformerCost.Of(_model.Transformer(stage)).Parameters), cost.Parameters);
    }

    [Fact]
    public void Every_evaluation_is_counted_once_whatever_its_batch()
    {
        var cost = SamplingCost.Of(_model, Budgets(new() { Steps = 10, Guidance = _guided }, new() { Steps = 3 }), batch: 4);
        Assert.Equal(13, cost.Seconds(Calibrations.Of(Calibrations.Free with { Evaluations = 1 })));
        Assert.Equal(13 * _model.Stages[0].Depth, cost.Seconds(Calibrations.Of(Calibrations.Free with { Blocks = 1 })));
        Assert.Equal(13 / 4.0, cost.SecondsPerImage(Calibrations.Of(Calibrations.Free with { Evaluations = 1 })));
    }

    [Fact]
    public void Attention_is_paid_for_both_halves_of_a_guided_batch_and_divided_among_threads_that_share_it()
    {
        var one = SamplingCost.Of(_model, Budgets(new() { Steps = 1, Guidance = _guided }, new() { Steps = 1 }), batch: 3);
        double Attention(int stage) => _model.Transformer(stage) is var config ? config.Depth * 2.0 * config.Tokens * config.Tokens * config.Width : 0;
        var attention = Calibrations.Free with { Attention = 1 };
        Assert.Equal(6 * Attention(0) + 3 * Attention(1), one.Seconds(Calibrations.Of(attention)));
        // Two threads: three images each of six; two of three, the other thread has one.
        Assert.Equal(3 * Attention(0) + 2 * Attention(1), one.Seconds(Calibrations.Of(Calibrations.Free, attention)));
        // A single image is not shared.
        var single = SamplingCost.Of(_model, Budgets(new() { Steps = 1, Guidance = _guided }, new() { Steps = 1 }), batch: 1);
        Assert.Equal(Attention(0), single.Seconds(Calibrations.Of(Calibrations.Free, attention)));
        Assert.Equal(Attention(1), single.Seconds(Calibrations.Of(attention, Calibrations.Free)));
    }

    [Fact]
    public void Products_of_the_work_are_the_multiply_adds_of_the_convention()
    {
        // Sixteen images fill the tile of the conditioning vectors, so that nothing is added to DiT's count.
        var config = Models.TransformerCostTests.DiT(384, 12, 6, 32);
        var work = ForwardWork.Of(config, batch: 16, labels: 16, times: 1, shares: 1, elementSize: 4, cacheBytes: 32 << 20);
        Assert.Equal(16.0 * TransformerCost.Of(config).MultiplyAdds, work.Products + work.Attention, 1.0);
        var halves = ForwardWork.Of(config, batch: 16, labels: 16, times: 1, shares: 2, elementSize: 2, cacheBytes: 32 << 20);
        Assert.Equal(8.0 * TransformerCost.Of(config).MultiplyAdds, halves.Products + halves.Attention, 0.01 * work.Products);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(64, 1)]
    public void Weights_are_streamed_where_the_cache_does_not_hold_them(int cachesOverWeights, double streamed)
    {
        var config = RandomNetworks.Transformer;
        var weights = ForwardWork.Of(config, 1, 2, 1, 1, 4, 1 << 20).Weights;
        var cache = (long)(4 * weights * (streamed == 0 ? 2 : 1.0 / cachesOverWeights));
        Assert.Equal(streamed * weights, ForwardWork.Of(config, 1, 2, 1, 1, 4, cache).StreamedWeights, 1e-9);
    }

    [Fact]
    public void Noise_is_drawn_for_the_state_and_for_what_blurs_the_condition()
    {
        var cost = SamplingCost.Of(_model, Budgets(new() { Steps = 1 }, new() { Steps = 1 }), batch: 2);
        Assert.Equal([2 * 3 * 4 * 4, 2 * 6 * 8 * 8], cost.Stages.Select(stage => (int)stage.Noise));
        Assert.Equal(96 + 768, cost.Seconds(Calibrations.Of(Calibrations.Free, noise: 1)));
    }

    [Fact]
    public void A_weaker_model_that_guides_takes_evaluations_of_its_own()
    {
        var guided = _guided with { Source = GuidanceSource.WeakerModel };
        var cost = SamplingCost.Of(_model, Budgets(new() { Steps = 5, Guidance = guided }, new() { Steps = 1 }), batch: 2);
        Assert.Equal((0, 10, 10), (cost.Stages[0].GuidedEvaluations, cost.Stages[0].PlainEvaluations, cost.Stages[0].Forwards));
    }

    [Fact]
    public void Modulations_of_many_steps_read_their_weights_once()
    {
        var config = Models.TransformerCostTests.DiT(384, 12, 6, 32);
        double Weights(int times) => ForwardWork.Of(config, 1, 2, times, 1, 4, 32 << 20).Weights;
        var modulations = (6.0 * 12 + 2) * 384 * 384;
        Assert.Equal(0.5, (Weights(1) - Weights(2)) / (modulations + (256 + 384) * 384), 1e-9);
        // Memory bounds the window: of 1,000 steps no more are taken at once than fit 64 MiB.
        Assert.Equal(Weights(100_000), Weights(1000), 1e-9);
    }

    [Fact]
    public void Budgets_must_be_one_a_stage_and_a_batch_has_an_image()
    {
        var error = Assert.Throws<ArgumentException>(() => SamplingCost.Of(_model, Budgets(new StageSamplingConfig { Steps = 1 }), 1));
        Assert.Contains("1 budgets for 2 stages", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => SamplingCost.Of(_model, Budgets(new() { Steps = 1 }, new() { Steps = 1 }), 0));
    }
}
