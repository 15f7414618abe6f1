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
    /// Times within the windows, and data and noise whose point and velocity on <see cref="Path"/> at these times are the point on the line and the line's
    /// direction; conditions and labels are the same, or from noise those of the ways that were followed, one for every window of each. Float32, owned by
    /// the caller's dispose scope.
    /// </returns>
    internal StageDraw Straighten(StageDraw draw)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (times, windows) = Place(draw.Time);
        if (_config.Start == WindowStart.Noise) draw = ChooseWays(draw);
        var t = tensor(times, ScalarType.Float32, draw.Data.device);                          // (B,)
        var starts = tensor([.. windows.Select(k => (double)k / _windows)], ScalarType.Float32, draw.Data.device);
        var start = _path.Interpolate(draw.Data, draw.Noise, starts);                         // (B, C, ...), noised to the windows' starts
        var end = empty_like(start);
        foreach (var window in windows.Distinct().Order())
        {
            long[] images = [.. Enumerable.Range(0, windows.Length).Where(i => windows[i] == window).Select(i => (long)i)];
            if (_config.Start == WindowStart.Noise) Enter(draw, start, end, window, images);
            Solve(draw, start, end, window, images);
        }
        var velocity = (end - start).Times(_windows);
        var at = start.Plus((t - starts).view([-1, .. Enumerable.Repeat(1L, (int)start.dim() - 1)]) * velocity);
        return draw with
        {
            Data = PredictionConversion.ToData(Path, PredictionKind.Velocity, velocity, at, t).MoveToOuterDisposeScope(),
            Noise = PredictionConversion.ToNoise(Path, PredictionKind.Velocity, velocity, at, t).MoveToOuterDisposeScope(),
            Time = t.MoveToOuterDisposeScope(),
        };
    }

    // Of every window, the first part of the draws goes to its start, and the rest is stretched over it. From noise, image i is in window i / ways, and those left over begin again.
    private (double[] Times, int[] Windows) Place(Tensor drawn)
    {
        var drawnTimes = drawn.to(ScalarType.Float64).cpu().data<double>().ToArray();
        var (times, windows) = (new double[drawnTimes.Length], new int[drawnTimes.Length]);
        for (var i = 0; i < times.Length; i++)
        {
            var window = PiecewiseLinearPath.WindowOf(drawnTimes[i], _windows);
            var within = Math.Max(0, (drawnTimes[i] * _windows - window - _config.StartShare) / (1 - _config.StartShare));
            windows[i] = _config.Start == WindowStart.Noise ? i / Ways(times.Length) % _windows : window;
            times[i] = (windows[i] + within) / _windows;
        }
        return (times, windows);
    }

    // How many ways from noise there are images for in every window.
    private int Ways(int batch) => Math.Max(1, batch / _windows);

    // The first images' noise, labels and conditions, once for every window.
    private StageDraw ChooseWays(StageDraw draw)
    {
        var ways = Ways((int)draw.Count);
        var chosen = tensor([.. Enumerable.Range(0, (int)draw.Count).Select(i => (long)(i % ways))], device: draw.Data.device);
        Tensor Choose(Tensor all) => all.index_select(0, chosen);
        return draw with
        {
            Noise = Choose(draw.Noise),
            Labels = Choose(draw.Labels).MoveToOuterDisposeScope(),
            Condition = draw.Condition is null ? null : Choose(draw.Condition).MoveToOuterDisposeScope(),
            ConditionTime = draw.ConditionTime is null ? null : Choose(draw.ConditionTime).MoveToOuterDisposeScope(),
        };
    }

    // A way enters the first window as noise alone, and every other where it left the one before.
    private void Enter(StageDraw draw, Tensor start, Tensor end, int window, long[] images)
    {
        using var scope = NewDisposeScope();
        var ways = Ways((int)draw.Count);
        var from = window == 0 ? draw.Noise : end;
        var before = tensor([.. images.Select(i => window == 0 ? i : i - ways)], device: start.device);
        start.index_copy_(0, tensor(images, device: start.device), from.index_select(0, before));
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
