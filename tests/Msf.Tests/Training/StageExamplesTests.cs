using Msf.Factorization;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public class StageExamplesTests
{
    [Theory]
    [InlineData(1, UpsampleFilter.Bilinear)]
    [InlineData(2, UpsampleFilter.Bilinear)]
    [InlineData(2, UpsampleFilter.Nearest)]
    [InlineData(3, UpsampleFilter.Bilinear)]
    public void Components_are_those_of_the_split_and_conditions_what_the_sampler_will_have(int levels, UpsampleFilter upsample)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var factorization = new MultiScaleFactorization(new FactorizationConfig { Levels = levels, Upsample = upsample });
        var x = rand([4, 3, 16, 12], generator: generator) * 2 - 1;
        var accumulator = new ComponentStatisticsAccumulator(factorization, 3);
        accumulator.Add(x);
        var statistics = accumulator.Result();
        var examples = new StageExamples(factorization, statistics);

        var components = factorization.Split(x);
        var merged = components[0];
        for (var stage = 0; stage < levels; stage++)
        {
            var (component, condition) = examples.Of(stage, x);
            Assert.True(TensorAssert.MaximumDifference(statistics.StandardizeComponent(stage, components[stage]), component) < 1e-5);
            Assert.Equal(1, component.std().item<float>(), 0.01f);
            Assert.Equal(stage > 0, condition is not null);
            if (stage == 0) continue;
            var expected = statistics.StandardizeCondition(stage, factorization.Condition(merged, component.shape.AsSpan(2)));
            Assert.True(TensorAssert.MaximumDifference(expected, condition!) < 1e-5);
            merged = factorization.MergeStep(merged, components[stage]);
        }
    }

    [Fact]
    public void The_images_are_left_as_they_are_and_only_the_results_live_on()
    {
        using var scope = NewDisposeScope();
        var factorization = new MultiScaleFactorization(new FactorizationConfig());
        var examples = new StageExamples(factorization, ComponentStatistics.Identity(2, 3));
        var x = ones(2, 3, 8, 8);
        LiveTensors.StayFlat(3, () =>
        {
            var (first, second) = examples.Of(1, x);
            first.Dispose();
            second!.Dispose();
        });
        var (component, condition) = examples.Of(1, x);
        Assert.Equal(0, component.abs().max().item<float>());
        Assert.Equal(1, condition!.mean().item<float>());
        Assert.Equal(2 * 3 * 64, x.sum().item<float>());
    }
}
