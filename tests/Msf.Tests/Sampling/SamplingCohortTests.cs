using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Batches that go step by step: nothing that is done between two steps changes an image.</summary>
public sealed class SamplingCohortTests
{
    // Where a machine's kernels round the sums of another batch size differently; measured 0 on AVX-512.
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Step_by_step_gives_the_same_images(int levels)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels, 16, 16));
        var request = model.Request(0, 1, 5);
        var expected = model.SampleLevels(request);
        using var cohort = model.Sampler.Start(request);
        Assert.Null(cohort.Level);
        for (var stage = 0; stage < levels; stage++)
        {
            Assert.Equal((stage, true, false), (cohort.Stage, cohort.IsAtBorder, cohort.IsDone));
            for (var step = 1; step <= request.Sampling.Stages[stage].Steps; step++)
            {
                cohort.Advance(TestContext.Current.CancellationToken);
                if (!cohort.IsAtBorder) Assert.Equal((step, request.Sampling.Stages[stage].Steps), (cohort.Step, cohort.Steps));
            }
            Assert.True(TensorAssert.Identical(expected[stage], cohort.Level!));
        }
        Assert.True(cohort.IsDone);
        Assert.Throws<InvalidOperationException>(() => cohort.Advance(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(SolverKind.Euler)]
    [InlineData(SolverKind.Heun)]
    [InlineData(SolverKind.Ddim)]
    [InlineData(SolverKind.Ddpm)]
    [InlineData(SolverKind.EulerMaruyama)]
    [InlineData(SolverKind.DpmPp2M)]
    [InlineData(SolverKind.DpmPp2S)]
    [InlineData(SolverKind.UniPc)]
    public void Looking_on_changes_no_bit(SolverKind kind)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = With(model.Request(0, 3), kind);
        var expected = model.Sample(request);
        using var cohort = model.Sampler.Start(request);
        Assert.Null(cohort.Preview());
        while (!cohort.IsDone)
        {
            cohort.Advance(TestContext.Current.CancellationToken);
            using var preview = cohort.Preview();
            Assert.True(preview!.isfinite().all().item<bool>());
        }
        Assert.True(TensorAssert.Identical(expected, cohort.Level!));
    }

    [Fact]
    public void A_preview_nears_the_image()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = With(model.Request(0, 3), SolverKind.Euler, steps: 12);
        var whole = model.SampleLevels(request)[0];
        using var cohort = model.Sampler.Start(request);
        var distances = new List<double>();
        while (cohort.Stage == 0)
        {
            cohort.Advance(TestContext.Current.CancellationToken);
            using var preview = cohort.Preview()!;
            if (cohort.Stage == 0) distances.Add((preview - whole).abs().mean().item<float>());
        }
        Assert.True(distances[^1] < 0.2 * distances[0], string.Join(", ", distances));
    }

    [Theory]
    [InlineData(SolverKind.Dopri5)]
    public void The_adaptive_solver_tells_no_preview(SolverKind kind)
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        using var cohort = model.Sampler.Start(With(model.Request(0), kind, steps: 2));
        cohort.Advance(TestContext.Current.CancellationToken);
        Assert.Null(cohort.Preview());
    }

    [Theory]
    [InlineData(SolverKind.Euler, 1)]
    [InlineData(SolverKind.Heun, 2)]
    [InlineData(SolverKind.Ddpm, 2)]
    [InlineData(SolverKind.EulerMaruyama, 3)]
    [InlineData(SolverKind.DpmPp2M, 2)]
    [InlineData(SolverKind.UniPc, 3)]
    [InlineData(SolverKind.UniPc, 4)]
    [InlineData(SolverKind.Dopri5, 2)]
    public void Images_that_stay_end_as_in_the_whole_batch(SolverKind kind, int steps)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = With(model.Request(0, 1, 2, 7), kind, steps: 4) with { Seeds = [5, 6, 7, 8] };
        var expected = model.Sample(request);
        using var cohort = model.Sampler.Start(request);
        for (var step = 0; step < steps; step++) cohort.Advance(TestContext.Current.CancellationToken);
        cohort.Keep([1, 3]);
        Assert.Equal(2, cohort.Count);
        cohort.Advance(TestContext.Current.CancellationToken);
        using (cohort.Preview()) { }
        while (cohort.Stage < 1 || cohort.IsAtBorder) cohort.Advance(TestContext.Current.CancellationToken);
        cohort.Keep([1]);
        while (!cohort.IsDone) cohort.Advance(TestContext.Current.CancellationToken);
        Assert.True(TensorAssert.MaximumDifference(expected.narrow(0, 3, 1), cohort.Level!) <= Tolerance);
    }

    [Fact]
    public void Bases_that_are_still_needed_stay()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = model.Request(0, 1, 2, 3) with { Labels = [2, 2, 2, 2], BaseIndices = [7, 7, 9, 7] };
        var expected = model.Sample(request);
        using var cohort = model.Sampler.Start(request);
        cohort.Advance(TestContext.Current.CancellationToken);
        cohort.Keep([1, 2, 3]);
        cohort.Keep([0, 2]);
        while (!cohort.IsDone) cohort.Advance(TestContext.Current.CancellationToken);
        Assert.True(TensorAssert.MaximumDifference(expected.index_select(0, tensor([1L, 3L])), cohort.Level!) <= Tolerance);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Batches_of_different_seeds_join_at_a_border(int stage)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var (one, two) = (model.Request(0, 1), model.Request(4) with { Seed = 99 });
        using var cohort = model.Sampler.Start(one);
        var other = model.Sampler.Start(two);
        foreach (var batch in new[] { cohort, other })
            while (batch.Stage < stage) batch.Advance(TestContext.Current.CancellationToken);
        cohort.Join(other);
        Assert.Equal(3, cohort.Count);
        while (!cohort.IsDone) cohort.Advance(TestContext.Current.CancellationToken);
        Assert.True(TensorAssert.MaximumDifference(cat([model.Sample(one), model.Sample(two)]), cohort.Level!) <= Tolerance);
    }

    [Fact]
    public void What_does_not_fit_does_not_join()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        using var cohort = model.Sampler.Start(model.Request(0));
        using var others = model.Sampler.Start(With(model.Request(0), SolverKind.Euler));
        Assert.Throws<ArgumentException>(() => cohort.Join(cohort));
        Assert.Throws<ArgumentException>(() => cohort.Join(others));
        using var own = model.Sampler.Start(model.Request(0) with { Solver = (_, _, _, _) => throw new InvalidOperationException("never asked") });
        Assert.Throws<ArgumentException>(() => cohort.Join(own));
        using var later = model.Sampler.Start(model.Request(0));
        later.Advance(TestContext.Current.CancellationToken);
        Assert.Throws<ArgumentException>(() => cohort.Join(later));
        Assert.Throws<ArgumentException>(() => cohort.Keep([]));
        Assert.Throws<ArgumentException>(() => cohort.Keep([1]));
    }

    [Fact]
    public void A_preview_is_clipped_as_the_solver_clips()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = model.Request(0);
        Tensor Spread(double? clip)
        {
            var stages = request.Sampling.Stages.Select(stage => stage with { Steps = 4, SolverOptions = new() { Clip = clip } });
            using var cohort = model.Sampler.Start(request with { Sampling = request.Sampling with { Stages = [.. stages] } });
            cohort.Advance(TestContext.Current.CancellationToken);
            return cohort.Preview()!.flatten(2).std(2);                                       // of a channel
        }
        Assert.True(Spread(null).min().item<float>() > 0.1);
        Assert.True(Spread(1e-6).max().item<float>() < 1e-5);                                 // the channel's mean
    }

    [Fact]
    public void Overlapped_stages_are_refused()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = model.Request(0);
        var error = Assert.Throws<ArgumentException>(() => model.Sampler.Start(request with { Sampling = request.Sampling with { OverlapTime = 0.5 } }));
        Assert.Contains("overlapTime", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 1)]
    [InlineData(0, 2)]
    [InlineData(0.5, 2)]
    public void A_picture_to_start_from_is_taken_along(double strength, int pictures)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var mask = zeros(pictures, 1, 8, 8);
        mask.narrow(3, 0, 4).fill_(1);
        var request = model.Request(0, 1) with { Source = new SourceImage { Target = rand(pictures, 3, 8, 8), Strength = strength, Mask = mask } };
        var expected = model.Sample(request);
        using var cohort = model.Sampler.Start(request);
        Assert.Equal(strength == 0 ? 1 : 0, cohort.Stage);
        cohort.Advance(TestContext.Current.CancellationToken);
        cohort.Keep([1]);
        while (!cohort.IsDone) cohort.Advance(TestContext.Current.CancellationToken);
        Assert.True(TensorAssert.MaximumDifference(expected.narrow(0, 1, 1), cohort.Level!) <= Tolerance);
    }

    [Fact]
    public void Every_seed_gives_what_it_gives_alone()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var together = model.Sample(model.Request(0, 0, 1) with { Seeds = [3, 4, 4] });
        var alone = cat([model.Sample(model.Request(0) with { Seed = 3 }), model.Sample(model.Request(0, 1) with { Seed = 4 })]);
        Assert.True(TensorAssert.MaximumDifference(alone, together) <= Tolerance);
        var error = Assert.Throws<ArgumentException>(() => { model.Sample(model.Request(0, 1) with { Seeds = [3] }); });
        Assert.Contains("1 seeds for 2 images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_in_memory_wherever_a_batch_ends()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = With(model.Request(0, 1, 2), SolverKind.UniPc, steps: 4);
        using var pictures = rand(3, 3, 8, 8);
        LiveTensors.StayFlat(3, () =>
        {
            using (var detailed = model.Sampler.Start(request with { Source = new SourceImage { Target = pictures, Strength = 0 } }))
            {
                detailed.Advance(TestContext.Current.CancellationToken);
                detailed.Keep([0, 2]);
            }
            for (var steps = 0; steps <= 8; steps++)
            {
                using var cohort = model.Sampler.Start(request);
                var other = model.Sampler.Start(request with { Seed = 4 });
                for (var step = 0; step < steps; step++) cohort.Advance(TestContext.Current.CancellationToken);
                using (cohort.Preview()) { }
                if (!cohort.IsDone) cohort.Keep([0, 2]);
                if (steps == 0) cohort.Join(other);
                other.Dispose();
            }
        });
    }

    private static SamplingRequest With(SamplingRequest request, SolverKind kind, int steps = 3) => request with
    {
        Sampling = request.Sampling with { Stages = [.. request.Sampling.Stages.Select(stage => stage with { Steps = steps, Solver = kind, SolverOptions = new() { Eta = 1, RelativeTolerance = 0.05, AbsoluteTolerance = 1e-3 } })] },
    };
}
