using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Parity with the respaced samplers of the official DiT code, and with SiT's adaptive one, through an imported model.</summary>
public sealed class GoldenDdpmTests
{
    [Theory]
    [InlineData("ddpm", SolverKind.Ddpm, 0, null, 5e-5)]
    [InlineData("ddpm_clip", SolverKind.Ddpm, 0, 1.0, 5e-4)]
    [InlineData("ddpm_cfg", SolverKind.Ddpm, 0, null, 5e-5)]
    [InlineData("ddpm_cfg_clip", SolverKind.Ddpm, 0, 1.0, 5e-4)]
    [InlineData("ddim", SolverKind.Ddim, 0, null, 5e-5)]
    [InlineData("ddim_clip", SolverKind.Ddim, 0, 1.0, 5e-4)]
    [InlineData("ddim_cfg", SolverKind.Ddim, 0, null, 5e-5)]
    [InlineData("ddim_cfg_clip", SolverKind.Ddim, 0, 1.0, 5e-4)]
    [InlineData("ddim_eta1", SolverKind.Ddim, 1, null, 5e-5)]
    public void An_imported_DiT_gives_the_official_sample(string sample, SolverKind solver, double eta, double? clip, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        var (manifest, network) = Import(folder, TransformerKind.Dit);
        using var _ = network;
        var io = Golden.Load("diffusion", "ddpm_a_io.safetensors");
        var guided = sample.Contains("cfg", StringComparison.Ordinal);
        var (noise, labels) = guided ? (io["cfg_noise_in"].narrow(0, 0, 2), io["cfg_y"].narrow(0, 0, 2)) : (io["noise"], io["y"]);
        var noises = eta > 0 ? io["ddim_eta1_noises"] : guided ? io["ddpm_cfg_noises"].narrow(1, 0, 2) : io["ddpm_noises"];
        var settings = new StageSamplingConfig
        {
            Steps = 10,
            Solver = solver,
            SolverOptions = new() { Eta = eta, Clip = clip },
            Guidance = manifest.Sampling.Stages[0].Guidance with { Scale = guided ? 2.5 : 1 },
        };
        var field = new StageVelocity(network.Forward, manifest.Diffusion, settings.Guidance, labels, manifest.Model.Classes, null, 1);
        using var steps = Solver.Create(solver, ProbabilityPath.Create(manifest.Diffusion.Path), field, settings.SolverOptions, step => noises[step]);
        var (state, times) = (noise, settings.Times(manifest.Diffusion.Path));
        for (var i = 0; i < 10; i++)
        {
            state = steps.Step(state, times[i], times[i + 1]);
            if (sample is "ddpm" or "ddim") Golden.Matches($"dit {sample}_traj {i}", state, io[$"{sample}_traj"][i], tolerance);
        }
        Golden.Matches($"dit {sample}", state, io[sample].narrow(0, 0, 2), tolerance);
    }

    [Fact]
    public void The_adaptive_solver_ends_where_the_official_one_does()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        var (manifest, network) = Import(folder, TransformerKind.Sit);
        using var _ = network;
        var io = Golden.Load("sit", "sit_a_io.safetensors");
        var calls = 0;
        Tensor Counted(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime)
        {
            calls++;
            return network.Forward(x, t, labels);
        }
        var field = new StageVelocity(Counted, manifest.Diffusion, new(), io["ode_y"], manifest.Model.Classes, null, 1);
        var end = Solve.Over(SolverKind.Dopri5, field, io["ode_noise"], [0, 1]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{calls / 2.0} evaluations an image");
        Golden.Matches("sit ode_dopri5_default", end, io["ode_dopri5_default"], 5e-3);
        Golden.Matches("sit ode_exact_rk4_400", end, io["ode_exact_rk4_400"], 5e-3);
    }

    private static (ModelManifest Manifest, Msf.Models.DiffusionTransformer Network) Import(TemporaryFolder folder, TransformerKind kind)
    {
        var name = kind == TransformerKind.Dit ? "dit" : "sit";
        TransformerImport.Import(
            SharedFiles.Require("golden", name, $"{name}_a.safetensors"), kind, SharedFiles.Require("golden", name, $"{name}_a_config.json"), name, folder["model"]);
        var (manifest, networks) = ModelFolder.Read(folder["model"]);
        return (manifest, networks[0]);
    }
}
