using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// The stages of a model to whoever samples: one begins from its noise and from what the coarser ones made, and what it makes is merged with that.
/// </summary>
internal sealed class SamplerStages
{
    private readonly ModelConfig _model;
    private readonly DiffusionConfig _diffusion;
    private readonly ComponentStatistics _statistics;
    private readonly IReadOnlyList<StageNetworkFactory> _networks;
    private readonly IReadOnlyList<StageNetworkFactory>? _guides;
    private readonly MultiScaleFactorization _factorization;
    private readonly Device _device;

    /// <summary>Wires the stages to whatever runs them.</summary>
    public SamplerStages(
        ModelConfig model, DiffusionConfig diffusion, ComponentStatistics statistics, IReadOnlyList<StageNetworkFactory> networks, Device device, IReadOnlyList<StageNetworkFactory>? guides)
    {
        (_model, _diffusion, _statistics, _networks, _guides, _device) = (model, diffusion, statistics, networks, guides, device);
        _factorization = new MultiScaleFactorization(model.Factorization);
    }

    /// <summary>How many there are.</summary>
    public int Count => _networks.Count;

    /// <summary>Where they compute.</summary>
    public Device Device => _device;

    /// <summary>Whether there is a weaker model that can guide.</summary>
    public bool HasGuides => _guides is not null;

    /// <summary>The levels of a picture to start from, in the caller's dispose scope.</summary>
    public SourceLevels Levels(SourceImage picture) => new(_factorization, _statistics, picture, _device);

    /// <summary>A stage at its start, ready to go; what it needs lives in the caller's dispose scope.</summary>
    public StageRun Begin(
        int stage, StageImages images, Tensor? coarser, double coarserTime, SourceLevels? source, SamplingRequest request,
        IProgress<SamplingProgress>? progress, CancellationToken cancellation)
    {
        var budget = request.Sampling.Stages[stage];
        long[] size = [.. (request.Size is { } other ? _model.AtSize(other) : _model).StageSize(stage).Select(side => (long)side)];
        long[] shape = [_model.Channels, .. size];
        var conditionTime = request.Sampling.ConditionTime ?? (_diffusion.NoiseCondition ? Math.Min(_diffusion.SamplingConditionTime, coarserTime) : 1);
        var condition = coarser is null ? null : Condition(stage, coarser, size, conditionTime, images);

        var path = ProbabilityPath.Create(_diffusion.Path);
        if (budget.Windows is { } windows) path = new PiecewiseLinearPath(path, windows);
        var times = TimeGrid.From(stage == 0 && source is not null ? 1 - source.Strength : 0, budget.Times(_diffusion.Path));
        // Steps of its own would take the adaptive solver past the pause.
        if (budget.Solver == SolverKind.Dopri5 && request.Sampling.OverlapTime is { } pause && pause > times[0]) times = [.. times.Append(pause).Distinct().Order()];
        IReadOnlyList<double> foretold = budget.Solver == SolverKind.Dopri5 ? times : SolverCost.EvaluationTimes(budget.Solver, path, times);
        var guided = budget.Guidance is { IsOn: true, Source: GuidanceSource.WeakerModel };
        StageVelocity Settle(StageImages of, Tensor? conditions)
        {
            IStageNetwork? One(IReadOnlyList<StageNetworkFactory>? networks) =>
                networks?[stage](of.Labels, _model.Classes, conditions, conditionTime, StageVelocity.Evaluations(_diffusion, foretold));
            return new StageVelocity(One(_networks)!, _diffusion, budget.Guidance, guided ? One(_guides) : null, path);
        }
        var velocity = Settle(images, condition);
        var field = new PausableField(velocity, path);
        var noise = images.Noise([NoiseStream(stage)], shape, _device);                       // (B, C, h, w)
        StageRun? run = null;
        FreshNoise fresh = step => run!.Images.Noise([NoiseStream(stage), step], shape, _device);
        var solver = request.Solver?.Invoke(stage, path, field, fresh) ?? Solver.Create(budget.Solver, path, field, budget.SolverOptions, fresh);
        solver.Cancellation = cancellation;
        return run = new StageRun(
            images, Settle, condition, velocity, solver, field, path, times, noise, source?.Component(stage, coarser), source?.Mask(stage),
            (step, steps) =>
            {
                progress?.Report(new SamplingProgress(stage, _networks.Count, step, steps));
                cancellation.ThrowIfCancellationRequested();
            })
        {
            Clip = budget.SolverOptions.Clip,
        };
    }

    /// <summary>The merged result of a level, of a standardised component; without one that of the picture.</summary>
    public Tensor Level(int stage, StageImages images, Tensor? standardized, Tensor? coarser, SourceLevels? source)
    {
        using var scope = NewDisposeScope();
        if (standardized is null) return source!.Merged(stage).expand([images.Indices.Length, -1, -1, -1]).clone().MoveToOuterDisposeScope();
        var component = _statistics.RestoreComponent(stage, standardized);
        if (stage > 0 && _model.Factorization.ProjectResidual) component = _factorization.Project(component);
        var level = images.ForRequest(coarser is null ? component : _factorization.MergeStep(coarser, component));
        return (source?.Keep(stage, level) ?? level).MoveToOuterDisposeScope();
    }

    private Tensor Condition(int stage, Tensor coarser, long[] size, double conditionTime, StageImages images)
    {
        using var scope = NewDisposeScope();
        var clean = _statistics.StandardizeCondition(stage, _factorization.Condition(coarser, size));
        if (conditionTime == 1) return clean.MoveToOuterDisposeScope();
        var noise = images.Noise([ConditionNoiseStream(stage)], [_model.Channels, .. size], _device);
        var times = HeldScalar.Constant([images.Indices.Length], conditionTime, ScalarType.Float32, _device);
        return ConditionNoising.Apply(ProbabilityPath.Create(_diffusion.Path), clean, times, noise).MoveToOuterDisposeScope();
    }

    // Two streams of noise a stage: its starting point (with a step, the fresh noise of stochastic solvers), and what blurs its condition.
    private static int NoiseStream(int stage) => 2 * stage;

    private static int ConditionNoiseStream(int stage) => 2 * stage + 1;
}
