using Msf.Sampling;

namespace Msf.Server;

/// <summary>A model on offer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Default">Whether requests that name none get it.</param>
/// <param name="Loaded">Whether it is in memory.</param>
public sealed record ModelSummary(string Name, bool Default, bool Loaded);

/// <summary>What a model is, can do and costs.</summary>
public sealed record ModelAnswer
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Title { get; init; }

    /// <summary>Whether it is in memory.</summary>
    public required bool Loaded { get; init; }

    /// <summary>Names of its classes, in the order of their numbers.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Width of its own images.</summary>
    public required int Width { get; init; }

    /// <summary>Height of its own images.</summary>
    public required int Height { get; init; }

    /// <summary>Sizes to choose from, [width, height]; others that its patches divide work too.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Sizes { get; init; }

    /// <summary>Its stages, coarse to fine.</summary>
    public required IReadOnlyList<StageAnswer> Stages { get; init; }

    /// <summary>Solvers that it takes.</summary>
    public required IReadOnlyList<SolverAnswer> Solvers { get; init; }

    /// <summary>What is accepted.</summary>
    public required LimitsAnswer Limits { get; init; }

    /// <summary>Its single-scale twin, sampled with the first stage's budget.</summary>
    public required BaselineAnswer Baseline { get; init; }

    /// <summary>Multiply-adds of an image with its own settings.</summary>
    public required long MultiplyAddsPerImage { get; init; }

    /// <summary>Expected seconds of an image made alone; null where not known yet.</summary>
    public required double? SecondsPerImage { get; init; }

    /// <summary>What it can be asked for.</summary>
    public required CapabilitiesAnswer Capabilities { get; init; }

    /// <summary>A stage.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Width">Width of what it makes.</param>
    /// <param name="Height">Height of what it makes.</param>
    /// <param name="Parameters">Parameters of its network.</param>
    /// <param name="Tokens">Tokens of an image.</param>
    /// <param name="MultiplyAddsPerForward">Multiply-adds of its network for one image.</param>
    /// <param name="Forwards">Evaluations of the network an image, with its own settings.</param>
    /// <param name="Defaults">Its own settings.</param>
    public sealed record StageAnswer(string Name, int Width, int Height, long Parameters, int Tokens, long MultiplyAddsPerForward, int Forwards, DefaultsAnswer Defaults);

    /// <summary>A stage's own settings.</summary>
    /// <param name="Steps">Steps.</param>
    /// <param name="Solver">Solver.</param>
    /// <param name="Guidance">Guidance scale; 1 for none.</param>
    /// <param name="GuidanceInterval">Times between which it guides, [from, to].</param>
    public sealed record DefaultsAnswer(int Steps, SolverKind Solver, double Guidance, IReadOnlyList<double> GuidanceInterval);

    /// <summary>A solver.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Costs">Evaluations of the network a step.</param>
    public sealed record SolverAnswer(SolverKind Name, double Costs);

    /// <summary>What is accepted.</summary>
    /// <param name="Count">Images a job.</param>
    /// <param name="Steps">Steps a stage.</param>
    /// <param name="Pixels">Pixels an image.</param>
    public sealed record LimitsAnswer(int Count, int Steps, int Pixels);

    /// <summary>The twin.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="MultiplyAddsPerImage">Multiply-adds of an image.</param>
    /// <param name="SecondsPerImage">Expected seconds of an image made alone; null where not known yet.</param>
    public sealed record BaselineAnswer(string Name, long MultiplyAddsPerImage, double? SecondsPerImage);

    /// <summary>What a model can be asked for.</summary>
    /// <param name="Variations">Variations of an image: its base again, with other residuals.</param>
    /// <param name="SuperResolution">Residuals for a base that is given.</param>
    /// <param name="Inpainting">Filling in a part of an image.</param>
    /// <param name="Sizes">Other sizes than its own.</param>
    public sealed record CapabilitiesAnswer(bool Variations, bool SuperResolution, bool Inpainting, bool Sizes);

    /// <summary>Tells a model.</summary>
    internal static ModelAnswer Of(ModelCard card, ModelWorker? worker, ServerLimits limits)
    {
        var (model, sampling, path) = (card.Manifest.Model, card.Manifest.Sampling, card.Manifest.Diffusion.Path);
        var speed = worker?.Speed;
        var twin = model.SingleScaleTwin();
        var twinSampling = sampling with { Stages = [sampling.Stages[0]] };
        var cost = SamplingCost.Of(model, sampling, 1, path);
        return new ModelAnswer
        {
            Name = card.Name,
            Title = model.Name,
            Loaded = worker?.State == ModelState.Ready,
            Classes = card.Manifest.ClassNames,
            Width = card.Width,
            Height = card.Height,
            Sizes = [.. Offered(card, limits)],
            Stages = [.. cost.Stages.Select((stage, i) => new StageAnswer(
                StageNames.Of(i, card.Stages), stage.Transformer.InputSize[1], stage.Transformer.InputSize[0], stage.Network.Parameters, stage.Network.Tokens, stage.Network.MultiplyAdds, stage.Forwards,
                Defaults(sampling.Stages[i])))],
            Solvers = [.. Taken(sampling).Select(kind => new SolverAnswer(kind, Costs(kind)))],
            Limits = new LimitsAnswer(limits.Count, limits.Steps, limits.Pixels),
            Baseline = new BaselineAnswer(twin.Name, SamplingCost.Of(twin, twinSampling, 1, path).MultiplyAddsPerImage, speed?.Seconds(twin, twinSampling, 1)?.Sum()),
            MultiplyAddsPerImage = cost.MultiplyAddsPerImage,
            SecondsPerImage = speed?.Seconds(model, sampling, 1)?.Sum(),
            Capabilities = new CapabilitiesAnswer(card.Stages > 1, true, true, Offered(card, limits).Count() > 1),
        };
    }

    private static DefaultsAnswer Defaults(StageSamplingConfig stage) => new(stage.Steps, stage.Solver, stage.Guidance.Scale, [stage.Guidance.From, stage.Guidance.To]);

    // What is distilled to straight lines takes no other solver.
    private static SolverKind[] Taken(SamplingConfig sampling) =>
        sampling.Stages.All(stage => stage.Windows is not null) ? [SolverKind.Euler] : Enum.GetValues<SolverKind>();

    private static double Costs(SolverKind kind)
    {
        const int steps = 10;
        return (double)new StageSamplingConfig { Steps = steps, Solver = kind }.Forwards() / steps;
    }

    private static IEnumerable<IReadOnlyList<int>> Offered(ModelCard card, ServerLimits limits) =>
        from shape in new[] { (1.0, 1.0), (1.5, 1.0), (1.0, 1.5), (2.0, 1.0), (1.0, 2.0), (1.5, 1.5), (2.0, 2.0) }
        let width = (int)(card.Width * shape.Item1)
        let height = (int)(card.Height * shape.Item2)
        where (long)width * height <= limits.Pixels && card.Sizes.Error(height, width) is null
        select (IReadOnlyList<int>)[width, height];
}
