using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
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
    private readonly SamplerStages _stages;

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
        (_model, _diffusion, _stages) = (model, diffusion, new SamplerStages(model, diffusion, statistics, networks, device, guides));
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
        SamplingRequestCheck.Require(request, _model, _diffusion, _stages);
        if (request.Size is { } size && request.ShiftBySize) request = request with { Sampling = SizeShift.Apply(request.Sampling, _model, size) };
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var source = request.Source is { } picture ? _stages.Levels(picture) : null;
        var runs = new StageRun?[_stages.Count];
        var images = Enumerable.Range(0, runs.Length).Select(stage => StageImages.Of(request, stage, _stages.Device)).ToArray();
        try
        {
            var levels = new Tensor[runs.Length];
            var reached = 1.0;
            for (var stage = 0; stage < runs.Length; stage++)
            {
                var coarser = stage == 0 ? null : levels[stage - 1];
                var run = runs[stage] = stage == 0 && source is { Strength: 0 } ? null : _stages.Begin(stage, images[stage], coarser, reached, source, request, progress, cancellation);
                var pauses = request.Sampling.OverlapTime is not null && stage + 1 < runs.Length && run is not null;
                reached = pauses ? Math.Min(reached, run!.AdvanceTo(request.Sampling.OverlapTime!.Value)) : reached;
                levels[stage] = _stages.Level(stage, images[stage], pauses ? run!.Data() : run?.Finish(), coarser, source);
            }
            for (var stage = 0; stage < runs.Length && request.Sampling.OverlapTime is not null; stage++)
                levels[stage] = _stages.Level(stage, images[stage], runs[stage]?.Finish(), stage == 0 ? null : levels[stage - 1], source);
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
    /// <exception cref="ArgumentException">A label or a budget does not fit the model, or there are no images, or not as many of something as there are images; nothing is generated then.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void SampleInBatches(
        SamplingRequest request, int batchSize, Action<int, Tensor> take, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        SamplingRequestCheck.Require(request, _model, _diffusion, _stages);
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
        SamplingRequestCheck.Require(request, _model, _diffusion, _stages);
        if (request.Sampling.OverlapTime is not null)
            throw new ArgumentException("overlapTime is set, and a batch that goes step by step finishes a stage before the next; leave it out.", nameof(request));
        if (request.Size is { } size && request.ShiftBySize) request = request with { Sampling = SizeShift.Apply(request.Sampling, _model, size), ShiftBySize = false };
        return new SamplingCohort(_stages, request);
    }
}
