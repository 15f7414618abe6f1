using System.Text.Json;
using Msf.Diffusion;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class SamplingConfigTests
{
    [Theory]
    [InlineData(1, 0, 1, 0.5, false)]
    [InlineData(1.5, 0, 1, 0.5, true)]
    [InlineData(0, 0, 1, 0.5, true)]
    [InlineData(2, 0.25, 0.75, 0.25, true)]
    [InlineData(2, 0.25, 0.75, 0.75, true)]
    [InlineData(2, 0.25, 0.75, 0.24, false)]
    [InlineData(2, 0.25, 0.75, 0.76, false)]
    public void Guidance_acts_within_its_interval_unless_its_scale_is_one(double scale, double from, double to, double t, bool active) =>
        Assert.Equal(active, new GuidanceConfig { Scale = scale, From = from, To = to }.ActiveAt(t));

    [Theory]
    [InlineData(-0.1, 0, 1, "guidance scale is -0.1")]
    [InlineData(double.NaN, 0, 1, "guidance scale is NaN")]
    [InlineData(double.PositiveInfinity, 0, 1, "guidance scale is Infinity")]
    [InlineData(2, 0.6, 0.5, "guidance interval is 0.6 to 0.5")]
    [InlineData(2, -0.1, 0.5, "guidance interval is -0.1 to 0.5")]
    [InlineData(2, 0, 1.1, "guidance interval is 0 to 1.1")]
    [InlineData(2, double.NaN, 1, "guidance interval is NaN to 1")]
    public void Bad_guidance_is_refused(double scale, double from, double to, string error) =>
        Assert.StartsWith(error, Assert.Single(new GuidanceConfig { Scale = scale, From = from, To = to }.Validate()), StringComparison.Ordinal);

    [Theory]
    [InlineData(SolverKind.Euler, 1, 0, 1, 8)]
    [InlineData(SolverKind.Euler, 2, 0, 1, 16)]
    [InlineData(SolverKind.Heun, 1, 0, 1, 16)]
    [InlineData(SolverKind.Heun, 2, 0, 1, 32)]
    [InlineData(SolverKind.Euler, 2, 0.25, 0.5, 11)]
    [InlineData(SolverKind.Heun, 2, 0.25, 0.5, 22)]
    public void Forwards_are_those_that_sampling_takes(SolverKind solver, double scale, double from, double to, int forwards)
    {
        using var scope = NewDisposeScope();
        const int batch = 3;
        var config = new StageSamplingConfig { Steps = 8, Solver = solver, Guidance = new() { Scale = scale, From = from, To = to } };
        Assert.Equal(forwards, config.Forwards());
        Assert.Equal(forwards * batch, ImagesSeen(config, batch));
    }

    [Theory]
    [InlineData(SolverKind.Euler, GuidanceRamp.LinearUp, GuidanceSource.NullClass, 15)]
    [InlineData(SolverKind.Euler, GuidanceRamp.LinearDown, GuidanceSource.WeakerModel, 16)]
    [InlineData(SolverKind.Heun, GuidanceRamp.LinearDown, GuidanceSource.NullClass, 31)]
    [InlineData(SolverKind.Heun, GuidanceRamp.Cosine, GuidanceSource.WeakerModel, 31)]
    public void Forwards_know_ramps_and_count_a_weaker_models_as_well(SolverKind solver, GuidanceRamp ramp, GuidanceSource source, int forwards)
    {
        using var scope = NewDisposeScope();
        var config = new StageSamplingConfig { Steps = 8, Solver = solver, Guidance = new() { Scale = 2, Ramp = ramp, Source = source, Rescale = 0.5 } };
        Assert.Equal(forwards, config.Forwards());
        Assert.Equal(forwards * 3, ImagesSeen(config, 3));
    }

    [Fact]
    public void Forwards_follow_the_shift_of_the_grid()
    {
        using var scope = NewDisposeScope();
        var config = new StageSamplingConfig { Steps = 9, Solver = SolverKind.Heun, TimeShift = 4, Guidance = new() { Scale = 3, To = 0.3 } };
        Assert.NotEqual((config with { TimeShift = 1 }).Forwards(), config.Forwards());
        Assert.Equal(config.Forwards() * 2, ImagesSeen(config, batch: 2));
    }

    [Theory]
    [InlineData(3, SolverKind.Euler, 1, 1, "steps is 3")]
    [InlineData(1, SolverKind.Euler, 1, 1, "steps is 1")]
    [InlineData(4, SolverKind.Heun, 1, 1, "solver is heun")]
    [InlineData(4, SolverKind.Euler, 2, 1, "guidance scale is 2")]
    [InlineData(4, SolverKind.Euler, 1, 3, "timeShift is 3")]
    public void A_stage_distilled_in_windows_takes_multiples_of_them_and_nothing_else(int steps, SolverKind solver, double scale, double shift, string error)
    {
        var config = new StageSamplingConfig { Steps = steps, Windows = 2, Solver = solver, TimeShift = shift, Guidance = new() { Scale = scale } };
        Assert.StartsWith(error, Assert.Single(config.Validate()), StringComparison.Ordinal);
        Assert.All([2, 4, 6], good => Assert.Empty(new StageSamplingConfig { Steps = good, Windows = 2 }.Validate()));
        Assert.StartsWith("grid is quadratic", Assert.Single((config with { Steps = 2, Solver = SolverKind.Euler, TimeShift = 1, Guidance = new(), Grid = new() { Kind = TimeGridKind.Quadratic } }).Validate()), StringComparison.Ordinal);
        Assert.StartsWith("solver clip is set", Assert.Single((config with { Steps = 2, Solver = SolverKind.Euler, TimeShift = 1, Guidance = new(), SolverOptions = new() { Clip = 1 } }).Validate()), StringComparison.Ordinal);
        Assert.StartsWith("windows is 0", Assert.Single(new StageSamplingConfig { Steps = 2, Windows = 0 }.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_stage_does_not_start_from_a_distilled_one_before_its_end()
    {
        StageSamplingConfig student = new() { Steps = 2, Windows = 2 }, other = new() { Steps = 2 };
        Assert.StartsWith("overlapTime is set", Assert.Single(new SamplingConfig { Stages = [student, other], OverlapTime = 0.5 }.Validate(2)), StringComparison.Ordinal);
        Assert.Empty(new SamplingConfig { Stages = [other, student], OverlapTime = 0.5 }.Validate(2));
    }

    [Fact]
    public void All_faults_of_all_stages_are_told()
    {
        var config = new SamplingConfig
        {
            Stages = [new() { Steps = 0, TimeShift = double.NaN }, new() { Steps = 4, TimeShift = -1, Guidance = new() { Scale = -1 } }],
            ConditionTime = 1.5,
        };
        var errors = config.Validate(3);
        Assert.Equal(6, errors.Count);
        Assert.Contains("2 stage budgets, the model 3 stages", errors[0], StringComparison.Ordinal);
        Assert.Contains(errors, error => error.StartsWith("sampling of stage 0: steps is 0", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("sampling of stage 0: timeShift is NaN", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("sampling of stage 1: guidance scale is -1", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("sampling of stage 1: timeShift is -1", StringComparison.Ordinal));
        Assert.Equal("conditionTime is 1.5, expected 0 to 1", errors[^1]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void Sound_settings_have_no_errors(double? conditionTime) =>
        Assert.Empty(new SamplingConfig { Stages = [new() { Steps = 1 }], ConditionTime = conditionTime }.Validate(1));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_condition_time_outside_zero_to_one_is_refused(double conditionTime) =>
        Assert.Single(new SamplingConfig { Stages = [new() { Steps = 1 }], ConditionTime = conditionTime }.Validate(1));

    [Fact]
    public void Parameters_of_solvers_out_of_range_are_told()
    {
        var options = new SolverOptions
        {
            Eta = 1.5,
            Clip = 0,
            Order = 4,
            Variant = (UniPcVariant)9,
            RelativeTolerance = 0,
            AbsoluteTolerance = -1,
            Diffusion = (DiffusionForm)9,
            DiffusionNorm = double.NaN,
            LastStep = (LastStep)9,
            LastStepSize = 1,
        };
        string[] members = ["eta", "clip", "order", "relativeTolerance", "absoluteTolerance", "diffusionNorm", "lastStepSize", "variant", "diffusion", "lastStep"];
        Assert.Equal(members, options.Validate().Select(error => error.Split(' ')[0]));
        Assert.Empty(new SolverOptions().Validate());
        Assert.Contains("solver is 77", Assert.Single(new StageSamplingConfig { Steps = 1, Solver = (SolverKind)77 }.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_from_before_solvers_had_parameters_still_read_and_new_ones_come_back()
    {
        var old = JsonFormat.Parse<StageSamplingConfig>("""{"steps": 8, "solver": "heun", "timeShift": 3, "guidance": {"scale": 2}}""", "old");
        Assert.Equal((8, SolverKind.Heun, 3, TimeGridKind.Uniform), (old.Steps, old.Solver, old.TimeShift, old.Grid.Kind));
        var text = """{"steps": 8, "solver": "dpmPp2M", "solverOptions": {"clip": 4}, "grid": {"kind": "edm", "rho": 5}}""";
        var read = JsonFormat.Parse<StageSamplingConfig>(text, "new");
        Assert.Equal((SolverKind.DpmPp2M, 4, TimeGridKind.Edm, 5), (read.Solver, read.SolverOptions.Clip, read.Grid.Kind, read.Grid.Rho));
        Assert.Equal(read, JsonFormat.Parse<StageSamplingConfig>(JsonSerializer.Serialize(read, JsonFormat.Line), "again"));
        Assert.Throws<InvalidDataException>(() => JsonFormat.Parse<StageSamplingConfig>("""{"steps": 8, "grid": {"kind": "edm", "sigma": 5}}""", "unknown"));
    }

    private static long ImagesSeen(StageSamplingConfig config, int batch)
    {
        long seen = 0;
        Tensor Network(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime)
        {
            seen += x.shape[0];
            return zeros_like(x);
        }
        var labels = zeros(batch, ScalarType.Int64);
        var velocity = new StageVelocity(
            Network, new DiffusionConfig(), config.Guidance, labels, nullClass: 5, condition: null, conditionTime: 1, guide: Network);
        Solve.Over(config.Solver, velocity, zeros(batch, 1, 2, 2), TimeGrid.Uniform(config.Steps, config.TimeShift));
        return seen;
    }
}
