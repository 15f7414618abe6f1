using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Parity with the official guided forward of DiT and SiT and with SiT's Euler and Heun samplers.</summary>
public sealed class GoldenSamplingTests
{
    private const double Tolerance = 2e-5;
    private const int Intervals = 10;

    [Theory]
    [InlineData("dit", 8)]
    [InlineData("sit", 4)]
    public void Guided_forward_is_that_of_the_official_code(string kind, int channels)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = GoldenTransformers.Load(kind);
        var io = Golden.Load(kind, $"{kind}_a_io.safetensors");
        var output = OfficialGuidance.Forward(network, io["cfg_x"], io["cfg_t"], io["cfg_y"], channels);
        Golden.Matches($"{kind} cfg_out", output, io["cfg_out"], Tolerance);
    }

    [Theory]
    [InlineData(SolverKind.Euler, "euler")]
    [InlineData(SolverKind.Heun, "heun")]
    public void Solver_visits_the_states_of_the_official_sampler(SolverKind solver, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = GoldenTransformers.Load("sit");
        var io = Golden.Load("sit", "sit_a_io.safetensors");
        var times = TimeGrid.Uniform(Intervals);
        Golden.Matches("sit ode_t_grid", tensor(times), io["ode_t_grid"], 1e-7);
        var field = Solve.Field((x, t) => network.Forward(x, full(x.shape[0], t), io["ode_y"]).narrow(1, 0, x.shape[1]));

        var trajectory = new List<Tensor> { io["ode_noise"] };
        using var steps = Solver.Create(solver, ProbabilityPath.Create(PathKind.Linear), field);
        for (var i = 0; i < Intervals; i++) trajectory.Add(steps.Step(trajectory[^1], times[i], times[i + 1]));
        Golden.Matches($"sit ode_{name}_10intervals_traj", stack(trajectory), io[$"ode_{name}_10intervals_traj"], Tolerance);
        var end = Solve.Over(solver, field, io["ode_noise"], times);
        Golden.Matches($"sit ode_{name}_10intervals", end, io[$"ode_{name}_10intervals"], Tolerance);
        var nineSteps = Solve.Over(solver, field, io["ode_noise"], TimeGrid.Uniform(Intervals - 1));
        Golden.Matches($"sit ode_{name}_official_num_steps10", nineSteps, io[$"ode_{name}_official_num_steps10"], Tolerance);
    }

    [Theory]
    [InlineData(SolverKind.Euler, "euler")]
    [InlineData(SolverKind.Heun, "heun")]
    public void Guided_solver_ends_where_the_official_sampler_does(SolverKind solver, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = GoldenTransformers.Load("sit");
        var io = Golden.Load("sit", "sit_a_io.safetensors");
        var field = OfficialGuidance.Field(network, io["ode_cfg_y"]);
        var end = Solve.Over(solver, field, io["ode_cfg_noise_in"], TimeGrid.Uniform(Intervals));
        Golden.Matches($"sit ode_cfg_{name}_10intervals", end, io[$"ode_cfg_{name}_10intervals"], Tolerance);
    }
}
