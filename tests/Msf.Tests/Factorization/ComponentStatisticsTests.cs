using System.Text.Json;
using Msf.Factorization;
using static Msf.Tests.Factorization.ResamplingTests;
using static TorchSharp.torch;

namespace Msf.Tests.Factorization;

public class ComponentStatisticsTests
{
    [Theory]
    [InlineData(1, UpsampleFilter.Bilinear)]
    [InlineData(2, UpsampleFilter.Nearest)]
    [InlineData(3, UpsampleFilter.Bilinear)]
    public void Streaming_agrees_with_the_direct_computation(int levels, UpsampleFilter filter)
    {
        using var scope = NewDisposeScope();
        var factorization = Of(levels, filter);
        var x = Images();
        var statistics = Measure(factorization, x, batch: 7);

        var merged = factorization.Split(x)[0];
        for (var s = 0; s < levels; s++)
        {
            var component = factorization.Split(x)[s];
            AssertDirect(component, statistics.Components[s]);
            if (s == 0) continue;
            AssertDirect(factorization.Condition(merged, component.shape.AsSpan(2)), statistics.Conditions[s - 1]);
            merged = factorization.MergeStep(merged, component);
        }
        Assert.Empty(statistics.Validate(levels, 3));
    }

    [Fact]
    public void The_cut_into_batches_does_not_matter()
    {
        using var scope = NewDisposeScope();
        var factorization = Of(2, UpsampleFilter.Bilinear);
        var x = Images();
        var (whole, single) = (Measure(factorization, x, 20), Measure(factorization, x, 1));
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(whole.Components[1].Mean[c], single.Components[1].Mean[c], 1e-12);
            Assert.Equal(whole.Conditions[0].StandardDeviation[c], single.Conditions[0].StandardDeviation[c], 1e-12);
        }
    }

    [Fact]
    public void Standardised_components_have_mean_0_and_deviation_1_and_come_back()
    {
        using var scope = NewDisposeScope();
        var factorization = Of(2, UpsampleFilter.Bilinear);
        var x = Images();
        var statistics = Measure(factorization, x, 20);
        var components = factorization.Split(x);
        for (var s = 0; s < 2; s++)
        {
            var z = statistics.StandardizeComponent(s, components[s]);
            AssertUnit(z);
            Assert.Equal(ScalarType.Float32, z.dtype);
            Assert.True(TensorAssert.MaximumDifference(statistics.RestoreComponent(s, z), components[s]) < 1e-5);
        }
        AssertUnit(statistics.StandardizeCondition(1, factorization.Condition(components[0], [9, 6])));
    }

    [Fact]
    public void A_constant_channel_gets_deviation_1()
    {
        using var scope = NewDisposeScope();
        var x = Images();
        x[TensorIndex.Colon, 1] = 0.1f;
        var statistics = Measure(Of(2, UpsampleFilter.Bilinear), x, 6);
        Assert.Equal(1, statistics.Components[0].StandardDeviation[1]);
        Assert.Equal(1, statistics.Components[1].StandardDeviation[1]);
        Assert.Equal(0.1, statistics.Components[0].Mean[1], 1e-6);
        Assert.NotEqual(1, statistics.Components[1].StandardDeviation[0]);
    }

    [Fact]
    public void A_large_mean_does_not_drown_a_small_deviation()
    {
        using var scope = NewDisposeScope();
        var x = 1e5 + Images().to(ScalarType.Float64);
        var statistics = Measure(Of(1, UpsampleFilter.Bilinear), x * 1e3, 3);
        AssertDirect(x * 1e3, statistics.Components[0]);
    }

    [Fact]
    public void Without_standardisation_the_result_is_the_identity()
    {
        using var scope = NewDisposeScope();
        var factorization = new MultiScaleFactorization(new FactorizationConfig { Standardize = false });
        var statistics = Measure(factorization, Images(), 20);
        var residual = factorization.Split(Images())[1];
        Assert.Equal(0, TensorAssert.MaximumDifference(statistics.StandardizeComponent(1, residual), residual));
        Assert.Equal(0, TensorAssert.MaximumDifference(statistics.RestoreComponent(1, residual), residual));
        Assert.Equal(0, TensorAssert.MaximumDifference(statistics.StandardizeCondition(1, residual), residual));
    }

    [Fact]
    public void Statistics_survive_json()
    {
        using var scope = NewDisposeScope();
        var statistics = Measure(Of(2, UpsampleFilter.Nearest), Images(), 20);
        var read = JsonSerializer.Deserialize<ComponentStatistics>(JsonSerializer.Serialize(statistics))!;
        Assert.Equal(statistics.Components[1].Mean, read.Components[1].Mean);
        Assert.Equal(statistics.Conditions[0].StandardDeviation, read.Conditions[0].StandardDeviation);
    }

    [Fact]
    public void Statistics_that_do_not_fit_are_named()
    {
        var statistics = ComponentStatistics.Identity(2, 3);
        Assert.Empty(statistics.Validate(2, 3));
        Assert.Single(statistics.Validate(3, 3));
        Assert.Equal(3, statistics.Validate(2, 4).Count);
        statistics.Components[0].StandardDeviation[2] = 0;
        statistics.Components[0].Mean[1] = double.NaN;
        Assert.True(statistics.Validate(2, 3).Count >= 2);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using var scope = NewDisposeScope();
        var accumulator = new ComponentStatisticsAccumulator(Of(2, UpsampleFilter.Nearest), 3);
        Assert.Throws<InvalidOperationException>(() => accumulator.Result());
        Assert.Throws<ArgumentException>(() => accumulator.Add(Noise(1, 2, 4, 8, 8)));
        Assert.Throws<ArgumentException>(() => accumulator.Add(zeros(0, 3, 8, 8)));
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => accumulator.Add(full([1, 3, 8, 8], float.NaN))).Message);
        Assert.Throws<InvalidOperationException>(() => accumulator.Result());

        var statistics = ComponentStatistics.Identity(2, 3);
        Assert.Throws<ArgumentException>(() => statistics.StandardizeComponent(2, Noise(1, 2, 3, 8, 8)));
        Assert.Throws<ArgumentException>(() => statistics.StandardizeCondition(0, Noise(1, 2, 3, 8, 8)));
        Assert.Throws<ArgumentException>(() => statistics.RestoreComponent(0, Noise(1, 2, 4, 8, 8)));
    }

    private static Tensor Images()
    {
        using var scope = NewDisposeScope();
        var scale = tensor(new[] { 0.5f, 1f, 2f }).view(1, 3, 1, 1);
        return (Noise(4, 20, 3, 9, 6) * scale + scale).MoveToOuterDisposeScope();
    }

    private static MultiScaleFactorization Of(int levels, UpsampleFilter filter) =>
        new(new FactorizationConfig { Levels = levels, Upsample = filter });

    private static ComponentStatistics Measure(MultiScaleFactorization factorization, Tensor x, long batch)
    {
        var accumulator = new ComponentStatisticsAccumulator(factorization, 3);
        for (var i = 0L; i < x.shape[0]; i += batch) accumulator.Add(x.slice(0, i, Math.Min(i + batch, x.shape[0]), 1));
        return accumulator.Result();
    }

    private static void AssertDirect(Tensor x, ChannelStatistics statistics)
    {
        var values = x.to(ScalarType.Float64).transpose(0, 1).flatten(1);
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(values[c].mean().item<double>(), statistics.Mean[c], 1e-9 * Math.Max(1, Math.Abs(statistics.Mean[c])));
            Assert.Equal(values[c].std(unbiased: false).item<double>(), statistics.StandardDeviation[c], 1e-6 * statistics.StandardDeviation[c]);
        }
    }

    private static void AssertUnit(Tensor z)
    {
        var values = z.to(ScalarType.Float64).transpose(0, 1).flatten(1);
        Assert.True(values.mean([1]).abs().max().item<double>() < 1e-5);
        Assert.True((values.std(1, unbiased: false) - 1).abs().max().item<double>() < 1e-5);
    }
}
