using Msf.Factorization;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class MsfSamplerTests
{
    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(2, 8, 12)]
    [InlineData(2, 12, 4)]
    [InlineData(3, 16, 8)]
    public void Every_level_has_its_size_and_the_last_is_the_target(int levels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels, height, width));
        var request = model.Request(0, 1);
        var results = model.SampleLevels(request);
        Assert.Equal(levels, results.Length);
        for (var level = 0; level < levels; level++)
            Assert.Equal([2, 3, height >> (levels - 1 - level), width >> (levels - 1 - level)], results[level].shape);
        Assert.True(results[^1].isfinite().all().item<bool>());
        Assert.True(results[^1].std().item<float>() > 0.1);
        Assert.True(TensorAssert.Identical(results[^1], model.Sample(request)));
    }

    [Fact]
    public void One_level_is_the_solver_alone()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 1));
        var request = model.Request(4, 9);
        var sampled = model.Sample(request);

        using var inference = inference_mode();
        var labels = tensor([.. request.Labels.Select(label => (long)label)], ScalarType.Int64);
        var settings = request.Sampling.Stages[0];
        var velocity = new StageVelocity(model.Networks[0].Forward, new(), settings.Guidance, labels, model.Config.Classes, null, 1);
        var noise = SeededNoise.Normal(request.Seed, 0, [4, 9], [3, 8, 8], CPU);
        var z = Solve.Over(settings.Solver, velocity, noise, TimeGrid.Uniform(settings.Steps));
        TensorAssert.Close(RandomModel.Statistics(model.Config).RestoreComponent(0, z), sampled, 1e-5);
    }

    [Theory]
    [InlineData(true, 8, 8)]
    [InlineData(true, 12, 20)]
    [InlineData(false, 8, 8)]
    public void Projection_leaves_residuals_whose_cells_mean_zero(bool project, int height, int width)
    {
        using var scope = NewDisposeScope();
        var factorization = new FactorizationConfig { Upsample = UpsampleFilter.Nearest, ProjectResidual = project };
        using var model = new RandomModel(RandomNetworks.Model(2, height, width, factorization));
        var levels = model.SampleLevels(model.Request(0, 1, 2));
        var residual = levels[1] - Resampling.Up(levels[0], [height, width], UpsampleFilter.Nearest);
        var mean = Resampling.Down(residual).abs().max().item<float>();
        Assert.True(project ? mean < 2e-6 : mean > 0.1, $"largest cell mean is {mean}");
        Assert.True(residual.std().item<float>() > 0.1);
    }

    [Fact]
    public void Every_step_of_every_stage_is_told()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var told = new Progress();
        model.Sampler.Sample(model.Request(0), told, TestContext.Current.CancellationToken);
        Assert.Equal([new(0, 2, 1, 2), new(0, 2, 2, 2), new(1, 2, 1, 3), new(1, 2, 2, 3), new(1, 2, 3, 3)], told.Reports);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Cancelling_stops_before_another_step(int reports)
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        LiveTensors.StayFlat(1, () =>
        {
            using var source = new CancellationTokenSource();
            var told = new Progress(count =>
            {
                if (count == reports) source.Cancel();
            });
            Assert.Throws<OperationCanceledException>(() => { model.Sampler.Sample(model.Request(0), told, source.Token); });
            Assert.Equal(reports, told.Reports.Count);
        });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    public void A_class_that_does_not_exist_is_refused(int label)
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 1));
        var error = Assert.Throws<ArgumentException>(() => { model.Sample(model.Request(0) with { Labels = [label] }); });
        Assert.Contains($"class {label} does not exist; expected 0 to 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_null_class_is_a_label_like_any_other()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 1));
        var none = model.Sample(model.Request(0) with { Labels = [model.Config.Classes] });
        Assert.False(TensorAssert.Identical(model.Sample(model.Request(0)), none));
    }

    [Fact]
    public void A_request_that_does_not_fit_is_refused_in_one_line()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = model.Request(0, 1);
        void Refused(string message, SamplingRequest bad)
        {
            var error = Assert.Throws<ArgumentException>(() => { model.Sample(bad); });
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
        Refused("1 labels for 2 image indices", request with { Labels = [0] });
        Refused("0 labels for 0 image indices", request with { Labels = [], ImageIndices = [] });
        Refused("1 stage budgets, the model 2 stages", request with { Sampling = new() { Stages = [new() { Steps = 1 }] } });
        Refused("sampling of stage 1: steps is 0", request with { Sampling = new() { Stages = [new() { Steps = 1 }, new() { Steps = 0 }] } });
        Refused("conditionTime is 2", request with { Sampling = request.Sampling with { ConditionTime = 2 } });
    }

    [Fact]
    public void Sampling_leaves_no_tensors_behind()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 3));
        LiveTensors.StayFlat(20, () => model.Sample(model.Request(0, 1, 2)).Dispose());
    }

    [Fact]
    public void A_learned_variance_does_not_reach_the_images()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2) with { LearnSigma = true });
        Assert.Equal([1, 3, 8, 8], model.Sample(model.Request(0)).shape);
    }

    private sealed class Progress(Action<int>? told = null) : IProgress<SamplingProgress>
    {
        public List<SamplingProgress> Reports { get; } = [];

        public void Report(SamplingProgress value)
        {
            Reports.Add(value);
            told?.Invoke(Reports.Count);
        }
    }
}
