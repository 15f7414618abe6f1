using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// The multi-stage sampler: the base from noise; then, level by level, upsample what there is, noise it a little as the
/// condition, generate the residual, and add the two (design of MSF, Xu et al. 2025, with the noised condition of cascades,
/// Ho et al. 2022). It samples the target; an autoencoder, where there is one, decodes it.
/// </summary>
public sealed class MsfSampler
{
    private readonly ModelConfig _model;
    private readonly DiffusionConfig _diffusion;
    private readonly ComponentStatistics _statistics;
    private readonly IReadOnlyList<StageNetworkFactory> _networks;
    private readonly IReadOnlyList<StageNetworkFactory>? _guides;
    private readonly MultiScaleFactorization _factorization;
    private readonly Device _device;

    /// <summary>Wires a sampler; it does not own the networks.</summary>
    /// <param name="model">Architecture.</param>
    /// <param name="diffusion">Path and prediction the networks were trained with.</param>
    /// <param name="statistics">Component statistics the networks were trained with.</param>
    /// <param name="networks">One network per stage, coarse to fine, all on one device.</param>
    /// <param name="guides">
    /// The networks of a weaker model, for stages whose guidance has that as its source: of the same factorization, sizes, classes, path, prediction and
    /// statistics. Null where there is none.
    /// </param>
    public MsfSampler(
        ModelConfig model, DiffusionConfig diffusion, ComponentStatistics statistics, IReadOnlyList<DiffusionTransformer> networks,
        IReadOnlyList<DiffusionTransformer>? guides = null)
        : this(model, diffusion, statistics, [.. networks.Select(StageNetworkFactories.Of)], networks[0].Device, guides?.Select(StageNetworkFactories.Of).ToArray())
    {
    }

    /// <summary>Wires a sampler to functions: to it a network is no more than that.</summary>
    internal MsfSampler(ModelConfig model, DiffusionConfig diffusion, ComponentStatistics statistics, IReadOnlyList<Denoiser> networks, Device device)
        : this(model, diffusion, statistics, [.. networks.Select(StageNetworkFactories.Of)], device)
    {
    }

    /// <summary>Wires a sampler to whatever runs a stage.</summary>
    internal MsfSampler(
        ModelConfig model, DiffusionConfig diffusion, ComponentStatistics statistics, IReadOnlyList<StageNetworkFactory> networks, Device device,
        IReadOnlyList<StageNetworkFactory>? guides = null)
    {
        if (guides is not null && guides.Count != networks.Count)
            throw new ArgumentException($"the weaker model has {guides.Count} stages, expected {networks.Count}.", nameof(guides));
        (_model, _diffusion, _statistics, _networks, _guides, _device) = (model, diffusion, statistics, networks, guides, device);
        _factorization = new MultiScaleFactorization(model.Factorization);
    }

    /// <summary>Generates a batch.</summary>
    /// <param name="request">Classes, indices, seed and budgets.</param>
    /// <param name="progress">Told after every solver step.</param>
    /// <param name="cancellation">Looked at after every solver step.</param>
    /// <returns>Targets, (B, C, H, W), float32, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">A label or a budget does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Tensor Sample(SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        return SampleLevels(request, progress, cancellation)[^1].MoveToOuterDisposeScope();
    }

    /// <summary>Generates a batch and returns the merged result of every level: the base alone, then with each residual added.</summary>
    /// <inheritdoc cref="Sample" path="/param"/>
    /// <inheritdoc cref="Sample" path="/exception"/>
    /// <returns>b[0] to b[S-1], each (B, C, h, w), float32, owned by the caller's dispose scope.</returns>
    public Tensor[] SampleLevels(SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        Check(request);
        if (request.Size is { } size && request.ShiftBySize) request = request with { Sampling = SizeShift.Apply(request.Sampling, _model, size) };
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var source = request.Source is { } picture ? new SourceLevels(_factorization, _statistics, picture, _device) : null;
        var runs = new StageRun?[_networks.Count];
        var images = Enumerable.Range(0, runs.Length).Select(stage => StageImages.Of(request, stage, _device)).ToArray();
        try
        {
            var levels = new Tensor[runs.Length];
            var reached = 1.0;
            for (var stage = 0; stage < runs.Length; stage++)
            {
                var coarser = stage == 0 ? null : levels[stage - 1];
                var run = runs[stage] = stage == 0 && source is { Strength: 0 } ? null : Begin(stage, images[stage], coarser, reached, source, request, progress, cancellation);
                var pauses = request.Sampling.OverlapTime is not null && stage + 1 < runs.Length && run is not null;
                reached = pauses ? Math.Min(reached, run!.AdvanceTo(request.Sampling.OverlapTime!.Value)) : reached;
                levels[stage] = Level(stage, images[stage], pauses ? run!.Data() : run?.Finish(), coarser, source);
            }
            for (var stage = 0; stage < runs.Length && request.Sampling.OverlapTime is not null; stage++)
                levels[stage] = Level(stage, images[stage], runs[stage]?.Finish(), stage == 0 ? null : levels[stage - 1], source);
            foreach (var level in levels) level.MoveToOuterDisposeScope();
            return levels;
        }
        finally
        {
            foreach (var run in runs) run?.Dispose();
        }
    }

    /// <summary>Generates any number of images in batches of bounded memory.</summary>
    /// <param name="request">All images.</param>
    /// <param name="batchSize">Images generated together, at least 1.</param>
    /// <param name="take">Called after every batch with the index of its first image and the images, (B, C, H, W), which are disposed afterwards.</param>
    /// <param name="progress">Told after every solver step of every batch.</param>
    /// <param name="cancellation">Looked at after every solver step.</param>
    public void SampleInBatches(
        SamplingRequest request, int batchSize, Action<int, Tensor> take, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        for (var first = 0; first < request.Labels.Count; first += batchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(batchSize, request.Labels.Count - first);
            var batch = request.Of([.. Enumerable.Range(first, count)]) with
            {
                Source = request.Source?.Of(first, count),
            };
            take(first, Sample(batch, progress, cancellation));
        }
    }

    /// <summary>Begins a batch that is generated step by step: its owner may look at it, cancel some of its images, and join it with others at a stage border.</summary>
    /// <param name="request">Classes, indices, seeds and budgets, without overlap of the stages; a picture to start from must live as long as the batch.</param>
    /// <returns>Owned by the caller, used on one thread.</returns>
    /// <exception cref="ArgumentException">A label or a budget does not fit the model.</exception>
    public SamplingCohort Start(SamplingRequest request)
    {
        Check(request);
        if (request.Sampling.OverlapTime is not null)
            throw new ArgumentException("overlapTime is set, and a batch that goes step by step finishes a stage before the next; leave it out.", nameof(request));
        if (request.Size is { } size && request.ShiftBySize) request = request with { Sampling = SizeShift.Apply(request.Sampling, _model, size), ShiftBySize = false };
        return new SamplingCohort(this, request);
    }

    /// <summary>Number of stages.</summary>
    internal int Stages => _networks.Count;

    /// <summary>Where it computes.</summary>
    internal Device Device => _device;

    /// <summary>The levels of a picture to start from, in the caller's dispose scope.</summary>
    internal SourceLevels Levels(SourceImage picture) => new(_factorization, _statistics, picture, _device);

    /// <summary>A stage at its start, ready to go; what it needs lives in the caller's dispose scope.</summary>
    internal StageRun Begin(
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
            });
    }

    /// <summary>The merged result of a level, of a standardised component; without one that of the picture.</summary>
    internal Tensor Level(int stage, StageImages images, Tensor? standardized, Tensor? coarser, SourceLevels? source)
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

    private void Check(SamplingRequest request)
    {
        if (request.Sampling.Validate(_networks.Count) is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(request));
        if (request.Labels.Count == 0 || request.Labels.Count != request.ImageIndices.Count)
            throw new ArgumentException($"{request.Labels.Count} labels for {request.ImageIndices.Count} image indices; give one each, at least one.", nameof(request));
        if (request.Sampling.Stages.Max(stage => stage.Steps) > TimeGrid.MostSteps(_diffusion.Path))
            throw new ArgumentException($"this model has {TimeGrid.MostSteps(_diffusion.Path)} discrete steps; take at most as many.", nameof(request));
        if (request.Size is { } size && (size.Length != 2 ? "size has another number of entries than two, height and width" : new SizeRule(_model).Error(size[0], size[1])) is { } error)
            throw new ArgumentException($"{error}.", nameof(request));
        if (request.BaseIndices is { } bases && bases.Count != request.Labels.Count)
            throw new ArgumentException($"{bases.Count} base indices for {request.Labels.Count} images; give one each, or none.", nameof(request));
        if (request.Seeds is { } seeds && seeds.Count != request.Labels.Count)
            throw new ArgumentException($"{seeds.Count} seeds for {request.Labels.Count} images; give one each, or none.", nameof(request));
        request.Source?.Check(request.Labels.Count, [_model.Channels, .. request.Size ?? _model.Size], _networks.Count);
        if (_guides is null && request.Sampling.Stages.Any(stage => stage.Guidance is { IsOn: true, Source: GuidanceSource.WeakerModel }))
            throw new ArgumentException("guidance is by a weaker model (guidance.source), and none was given; give one (--guide DIR), or take the null class.", nameof(request));
        foreach (var label in request.Labels)
            if (label < 0 || label > _model.Classes)
                throw new ArgumentException($"class {label} does not exist; expected 0 to {_model.Classes - 1}.", nameof(request));
    }
}
