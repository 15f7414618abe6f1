using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Stages that start before the one below has finished.</summary>
public sealed class OverlappedStagesTests
{
    [Theory]
    [InlineData(SolverKind.Euler)]
    [InlineData(SolverKind.Heun)]
    [InlineData(SolverKind.Ddim)]
    [InlineData(SolverKind.Ddpm)]
    [InlineData(SolverKind.EulerMaruyama)]
    [InlineData(SolverKind.DpmPp2M)]
    [InlineData(SolverKind.DpmPp2S)]
    [InlineData(SolverKind.UniPc)]
    public void The_base_is_the_same_at_no_further_evaluation_and_the_next_stage_sees_it_at_tau(SolverKind solver)
    {
        using var scope = NewDisposeScope();
        var config = RandomNetworks.Model(levels: 2);
        var networks = RandomNetworks.Create(config);
        var (calls, told) = (new int[2], new List<float>());
        Denoiser Counting(int stage) => (x, t, labels, condition, time) =>
        {
            calls[stage]++;
            if (time is not null) told.Add(time[0].item<float>());
            return networks[stage].Forward(x, t, labels, condition, time);
        };
        var sampler = new MsfSampler(config, new DiffusionConfig(), RandomModel.Statistics(config), [Counting(0), Counting(1)], CPU);
        var stage = new StageSamplingConfig { Steps = 8, Solver = solver, SolverOptions = new() { LastStepSize = 0 } };
        (Tensor[] Levels, int[] Calls) Sample(double? tau)
        {
            (calls, _) = (new int[2], calls);
            told.Clear();
            var levels = sampler.SampleLevels(
                new SamplingRequest { Labels = [1, 2], ImageIndices = [0, 1], Seed = 1, Sampling = new() { Stages = [stage, stage], OverlapTime = tau } },
                cancellation: TestContext.Current.CancellationToken);
            return (levels, calls);
        }
        var (serial, serialCalls) = Sample(null);
        Assert.All(told, time => Assert.Equal(0.975, time, 1e-6));
        var (overlapped, overlappedCalls) = Sample(0.7);
        Assert.All(told, time => Assert.Equal(0.75, time, 1e-6));                             // the first time of the grid that is not before 0.7
        Assert.Equal(serialCalls, overlappedCalls);
        TensorAssert.Close(serial[0], overlapped[0], 1e-5, "the base");
        Assert.True((serial[1] - overlapped[1]).abs().mean().item<float>() > 1e-3);
        var (late, _) = Sample(0.9);                                                          // no time of the grid but the last: one after the other
        Assert.True(TensorAssert.Identical(serial[1], late[1]));
        foreach (var network in networks) network.Dispose();
    }

    [Fact]
    public void The_adaptive_solver_stops_at_tau()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var stage = new StageSamplingConfig { Steps = 1, Solver = SolverKind.Dopri5 };
        var request = model.Request(0, 1);
        var serial = model.SampleLevels(request with { Sampling = new() { Stages = [stage, stage] } });
        var overlapped = model.SampleLevels(request with { Sampling = new() { Stages = [stage, stage], OverlapTime = 0.6 } });
        TensorAssert.Close(serial[0], overlapped[0], 0.02, "the base");
        Assert.True((serial[1] - overlapped[1]).abs().mean().item<float>() > 1e-3);
    }

    [Fact]
    public void Three_levels_overlap_and_nothing_is_left_behind()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 3, height: 16, width: 8));
        LiveTensors.StayFlat(3, () =>
        {
            using var scope = NewDisposeScope();
            var request = model.Request(0, 1);
            var levels = model.SampleLevels(request with { Sampling = request.Sampling with { OverlapTime = 0.4 } });
            Assert.True(levels[^1].isfinite().all().item<bool>());
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_time_out_of_range_is_refused(double tau)
    {
        var config = new SamplingConfig { Stages = [new() { Steps = 1 }], OverlapTime = tau };
        Assert.Contains("expected more than 0 and less than 1", Assert.Single(config.Validate(1)), StringComparison.Ordinal);
    }
}
