using Msf.Diffusion;
using Msf.Models;

namespace Msf.Sampling;

/// <summary>What a sampler asks of a request before it begins.</summary>
internal static class SamplingRequestCheck
{
    /// <summary>Requires a request to be one that a model can answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model.</param>
    /// <param name="diffusion">Path and prediction its networks were trained with.</param>
    /// <param name="stages">Its stages.</param>
    /// <exception cref="ArgumentException">A label, an index, a size or a budget does not fit.</exception>
    public static void Require(SamplingRequest request, ModelConfig model, DiffusionConfig diffusion, SamplerStages stages)
    {
        if (request.Sampling.Validate(stages.Count) is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(request));
        if (request.Labels.Count == 0 || request.Labels.Count != request.ImageIndices.Count)
            throw new ArgumentException($"{request.Labels.Count} labels for {request.ImageIndices.Count} image indices; give one each, at least one.", nameof(request));
        if (request.Sampling.Stages.Max(stage => stage.Steps) > TimeGrid.MostSteps(diffusion.Path))
            throw new ArgumentException($"this model has {TimeGrid.MostSteps(diffusion.Path)} discrete steps; take at most as many.", nameof(request));
        if (request.Size is { } size && (size.Length != 2 ? "size has another number of entries than two, height and width" : new SizeRule(model).Error(size[0], size[1])) is { } error)
            throw new ArgumentException($"{error}.", nameof(request));
        if (request.BaseIndices is { } bases && bases.Count != request.Labels.Count)
            throw new ArgumentException($"{bases.Count} base indices for {request.Labels.Count} images; give one each, or none.", nameof(request));
        if (request.Seeds is { } seeds && seeds.Count != request.Labels.Count)
            throw new ArgumentException($"{seeds.Count} seeds for {request.Labels.Count} images; give one each, or none.", nameof(request));
        request.Source?.Check(request.Labels.Count, [model.Channels, .. request.Size ?? model.Size], stages.Count);
        if (!stages.HasGuides && request.Sampling.Stages.Any(stage => stage.Guidance is { IsOn: true, Source: GuidanceSource.WeakerModel }))
            throw new ArgumentException("guidance is by a weaker model (guidance.source), and none was given; give one (--guide DIR), or take the null class.", nameof(request));
        foreach (var label in request.Labels)
            if (label < 0 || label > model.Classes)
                throw new ArgumentException($"class {label} does not exist; expected 0 to {model.Classes - 1}.", nameof(request));
    }
}
