using Msf.Diffusion;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Turns what a stage would be trained on into what its student is trained on: noised data at the start of a window, and the teacher's guided solution at
/// its end (Yan et al. 2024, section 3.1). The result is data and noise between which the student's path runs along the line of those two points, so that
/// the training loss, and the network's prediction, stay what they are.
/// </summary>
internal sealed class WindowTeacher
{
    private readonly Denoiser _network;
    private readonly DiffusionConfig _diffusion;
    private readonly DistillationConfig _config;
    private readonly int _stage;
    private readonly long _nullClass;
    private readonly ProbabilityPath _path;
    private readonly int _windows;

    /// <param name="network">The teacher's network of the stage; runs without gradients.</param>
    /// <param name="diffusion">Path and prediction of the teacher.</param>
    /// <param name="config">Windows, steps and guidance.</param>
    /// <param name="stage">The stage; it must have windows.</param>
    /// <param name="nullClass">Index of the null class.</param>
    internal WindowTeacher(Denoiser network, DiffusionConfig diffusion, DistillationConfig config, int stage, long nullClass)
    {
        (_network, _diffusion, _config, _stage, _nullClass) = (network, diffusion, config, stage, nullClass);
        _path = ProbabilityPath.Create(diffusion.Path);
        _windows = config.Windows[stage];
        Path = new PiecewiseLinearPath(_path, _windows);
    }

    /// <summary>The student's path.</summary>
    internal PiecewiseLinearPath Path { get; }

    /// <summary>Solves the windows of a batch.</summary>
    /// <param name="draw">Data, noise, conditions and labels as in training; its times say where in which window the student looks.</param>
    /// <returns>
    /// The same conditions and labels, times within the windows, and data and noise whose point and velocity on <see cref="Path"/> at these times are the
    /// point on the line and the line's direction; float32, owned by the caller's dispose scope.
    /// </returns>
    internal StageDraw Straighten(StageDraw draw)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var device = draw.Data.device;
        var times = Place(draw.Time);
        var windows = times.Select(t => PiecewiseLinearPath.WindowOf(t, _windows)).ToArray();
        var t = tensor(times, ScalarType.Float32, device);                                    // (B,)
        var starts = tensor([.. windows.Select(k => (double)k / _windows)], ScalarType.Float32, device);
        var start = _path.Interpolate(draw.Data, draw.Noise, starts);                         // (B, C, ...), noised to the windows' starts
        var end = empty_like(start);
        foreach (var window in windows.Distinct().Order())
            Solve(draw, start, end, window, [.. Enumerable.Range(0, windows.Length).Where(i => windows[i] == window).Select(i => (long)i)]);
        var velocity = (end - start).Times(_windows);
        var at = start.Plus((t - starts).view([-1, .. Enumerable.Repeat(1L, (int)start.dim() - 1)]) * velocity);
        return draw with
        {
            Data = PredictionConversion.ToData(Path, PredictionKind.Velocity, velocity, at, t).MoveToOuterDisposeScope(),
            Noise = PredictionConversion.ToNoise(Path, PredictionKind.Velocity, velocity, at, t).MoveToOuterDisposeScope(),
            Time = t.MoveToOuterDisposeScope(),
        };
    }

    // Of every window, the first part of the draws goes to its start, and the rest is stretched over it.
    private double[] Place(Tensor drawn)
    {
        var times = drawn.to(ScalarType.Float64).cpu().data<double>().ToArray();
        return [.. times.Select(t =>
        {
            var window = PiecewiseLinearPath.WindowOf(t, _windows);
            var within = Math.Max(0, (t * _windows - window - _config.StartShare) / (1 - _config.StartShare));
            return (window + within) / _windows;
        })];
    }

    private void Solve(StageDraw draw, Tensor start, Tensor end, int window, long[] images)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var chosen = tensor(images, device: start.device);
        Tensor Choose(Tensor all) => all.index_select(0, chosen);
        var condition = draw.Condition is null ? null : Choose(draw.Condition);
        var conditionTime = draw.ConditionTime is null ? null : Choose(draw.ConditionTime);
        // The sampler has one noise level of conditions for all images, training one each: both halves of guidance are given these.
        Denoiser network = (x, t, labels, u, _) => _network(x, t, labels, u, u is null ? null : conditionTime!.repeat(x.shape[0] / images.Length));
        using var velocity = new StageVelocity(network, _diffusion, _config.Guidance[_stage], Choose(draw.Labels), _nullClass, condition, conditionTime: 1);
        var steps = _config.TeacherSteps[_stage];
        double[] times = [.. Enumerable.Range(0, steps + 1).Select(i => (window + (double)i / steps) / _windows)];
        var z = Choose(start);
        using var solver = Solver.Create(DistillationConfig.SolverOf(_diffusion.Prediction), _path, velocity);
        end.index_copy_(0, chosen, solver.Integrate(z, times));
    }
}
