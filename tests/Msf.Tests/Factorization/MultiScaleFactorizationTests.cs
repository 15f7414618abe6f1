using Msf.Factorization;
using static Msf.Tests.Factorization.ResamplingTests;
using static TorchSharp.torch;

namespace Msf.Tests.Factorization;

public class MultiScaleFactorizationTests
{
    public static TheoryData<int, UpsampleFilter> LevelsAndFilters()
    {
        var data = new TheoryData<int, UpsampleFilter>();
        foreach (var filter in Enum.GetValues<UpsampleFilter>())
            for (var levels = 1; levels <= 4; levels++) data.Add(levels, filter);
        return data;
    }

    [Theory]
    [MemberData(nameof(LevelsAndFilters))]
    public void Merge_is_the_inverse_of_split(int levels, UpsampleFilter filter)
    {
        var factorization = Of(levels, filter);
        using var scope = NewDisposeScope();
        foreach (var (height, width) in Sizes())
        {
            var x = Noise(height * 10 + width, 2, 3, height, width);
            var components = factorization.Split(x);
            Assert.Equal(levels, components.Length);
            for (var s = 0; s < levels; s++)
                Assert.Equal([2, 3, .. factorization.LevelSize(s, [height, width])], components[s].shape);
            Assert.True(TensorAssert.MaximumDifference(factorization.Merge(components), x) <= 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndFilters))]
    public void Split_and_merge_are_linear(int levels, UpsampleFilter filter)
    {
        var factorization = Of(levels, filter);
        using var scope = NewDisposeScope();
        var (x, y) = (Noise(1, 1, 2, 7, 6), Noise(2, 1, 2, 7, 6));
        var (fromX, fromY, fromSum) = (factorization.Split(x), factorization.Split(y), factorization.Split(x + 3 * y));
        for (var s = 0; s < levels; s++) Assert.True(TensorAssert.MaximumDifference(fromSum[s], fromX[s] + 3 * fromY[s]) < 1e-5);
    }

    [Fact]
    public void One_level_is_the_identity_and_not_a_view()
    {
        var factorization = Of(1, UpsampleFilter.Bilinear);
        using var scope = NewDisposeScope();
        var x = Noise(1, 1, 3, 5, 4);
        var before = x.clone();
        var component = Assert.Single(factorization.Split(x));
        var merged = factorization.Merge([component]);
        Assert.Equal(0, TensorAssert.MaximumDifference(merged, x));
        component.add_(1);
        merged.add_(1);
        Assert.Equal(0, TensorAssert.MaximumDifference(x, before));
        Assert.Equal([5L, 4L], factorization.LevelSize(0, [5, 4]));
    }

    [Fact]
    public void Nearest_residuals_have_no_coarse_content()
    {
        using var scope = NewDisposeScope();
        foreach (var (height, width) in Sizes())
        {
            var components = Of(3, UpsampleFilter.Nearest).Split(Noise(height * 10 + width, 2, 3, height, width));
            foreach (var residual in components.Skip(1))
                Assert.True(Resampling.Down(residual).abs().max().item<float>() < 1e-6);
        }
    }

    [Fact]
    public void Nearest_base_and_residual_share_the_energy_of_the_target()
    {
        var factorization = Of(2, UpsampleFilter.Nearest);
        using var scope = NewDisposeScope();
        foreach (var (height, width) in Sizes())
        {
            var x = Noise(height * 10 + width, 2, 3, height, width);
            var components = factorization.Split(x);
            var coarse = Energy(factorization.Condition(components[0], [height, width]));
            var fine = Energy(components[1]);
            Assert.Equal(Energy(x), coarse + fine, 1e-5 * Energy(x));
            if (height > 1 || width > 1) Assert.True(fine > 0 && coarse > 0);
        }
    }

    [Fact]
    public void Of_white_noise_the_nearest_base_holds_a_quarter_of_the_energy()
    {
        var factorization = Of(2, UpsampleFilter.Nearest);
        using var scope = NewDisposeScope();
        var x = Noise(5, 8, 3, 32, 32);
        var share = Energy(factorization.Condition(factorization.Split(x)[0], [32, 32])) / Energy(x);
        Assert.Equal(0.25, share, 0.01);                         // 6144 cells: standard error 0.0035
    }

    [Fact]
    public void A_bilinear_residual_of_a_smooth_image_is_smaller_than_a_nearest_one()
    {
        using var scope = NewDisposeScope();
        var ramp = linspace(-1, 1, 16).view(1, 1, 16, 1) * linspace(0.5, 1, 16).view(1, 1, 1, 16);
        var (bilinear, nearest) = (Of(2, UpsampleFilter.Bilinear).Split(ramp)[1], Of(2, UpsampleFilter.Nearest).Split(ramp)[1]);
        Assert.True(Energy(bilinear) < 0.25 * Energy(nearest));
    }

    [Fact]
    public void Projection_is_idempotent_and_leaves_consistent_residuals_alone()
    {
        var factorization = Of(2, UpsampleFilter.Nearest);
        using var scope = NewDisposeScope();
        foreach (var (height, width) in Sizes())
        {
            var generated = Noise(height * 10 + width, 2, 3, height, width);
            var projected = factorization.Project(generated);
            Assert.True(Resampling.Down(projected).abs().max().item<float>() < 1e-6);
            Assert.True(TensorAssert.MaximumDifference(factorization.Project(projected), projected) < 1e-6);
            var real = factorization.Split(generated)[1];
            Assert.True(TensorAssert.MaximumDifference(factorization.Project(real), real) < 1e-6);
            Assert.Equal(0, (projected * (generated - projected)).sum().item<float>(), 1e-4);
        }
    }

    [Fact]
    public void After_projection_the_merged_image_has_the_base_it_was_made_from()
    {
        var factorization = Of(2, UpsampleFilter.Nearest);
        using var scope = NewDisposeScope();
        var coarse = Noise(1, 2, 3, 4, 3);
        var merged = factorization.MergeStep(coarse, factorization.Project(Noise(2, 2, 3, 7, 6)));
        Assert.True(TensorAssert.MaximumDifference(Resampling.Down(merged), coarse) < 1e-6);
    }

    [Fact]
    public void Projection_is_refused_with_the_bilinear_filter()
    {
        using var x = Noise(1, 1, 1, 4, 4);
        Assert.Throws<InvalidOperationException>(() => Of(2, UpsampleFilter.Bilinear).Project(x));
    }

    [Fact]
    public void Shapes_that_do_not_follow_each_other_are_refused()
    {
        var factorization = Of(2, UpsampleFilter.Bilinear);
        using var scope = NewDisposeScope();
        var (coarse, fine) = (Noise(1, 2, 3, 4, 4), Noise(2, 2, 3, 8, 8));
        Assert.Contains("expected 2", Assert.Throws<ArgumentException>(() => factorization.Merge([coarse])).Message);
        Assert.Throws<ArgumentException>(() => factorization.Merge([fine, coarse]));
        Assert.Throws<ArgumentException>(() => factorization.MergeStep(coarse, Noise(3, 2, 4, 8, 8)));
        Assert.Throws<ArgumentException>(() => factorization.MergeStep(coarse, Noise(3, 1, 3, 8, 8)));
        Assert.Throws<ArgumentException>(() => factorization.Split(zeros(8)));
        Assert.Throws<ArgumentException>(() => factorization.MergeStep(zeros(8), zeros(8)));
        Assert.Throws<ArgumentException>(() => factorization.LevelSize(2, [8, 8]));
        Assert.Throws<ArgumentException>(() => factorization.LevelSize(-1, [8, 8]));
    }

    [Theory]
    [MemberData(nameof(LevelsAndFilters))]
    public void Only_the_results_outlive_the_calls(int levels, UpsampleFilter filter)
    {
        var factorization = Of(levels, filter);
        using var x = Noise(1, 1, 3, 9, 7);
        using var scope = NewDisposeScope();
        var components = factorization.Split(x);
        Assert.Equal(levels, scope.DisposablesCount);
        var merged = factorization.Merge(components);
        Assert.Equal(levels + 1, scope.DisposablesCount);
        Assert.False(x.IsInvalid);
        Assert.All(components, component => Assert.False(component.IsInvalid));
        Assert.False(merged.IsInvalid);
    }

    private static MultiScaleFactorization Of(int levels, UpsampleFilter filter) =>
        new(new FactorizationConfig { Levels = levels, Upsample = filter });

    private static double Energy(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.to(ScalarType.Float64).square().sum().item<double>();
    }
}
