using Msf.Modules;

namespace Msf.Models;

/// <summary>
/// Parameters and multiply-adds of a transformer, counted as DiT does (118.6 G per forward for DiT-XL/2 at 256 px): those of products of
/// matrices. What works element by element (normalisation, gates, rotations) is not counted, nor is the embedding of augmentation labels, which sampling does without.
/// </summary>
public sealed record TransformerCost
{
    private TransformerCost() { }

    /// <summary>Number of parameters, the fixed positions left out.</summary>
    public required long Parameters { get; init; }

    /// <summary>Those of them that stages with a shared trunk have in common (<see cref="SharedTrunk"/>).</summary>
    public required long TrunkParameters { get; init; }

    /// <summary>Tokens N per image.</summary>
    public required int Tokens { get; init; }

    /// <summary>Multiply-adds of one forward pass for one image.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>Counts a transformer from its configuration.</summary>
    /// <param name="config">A valid configuration.</param>
    public static TransformerCost Of(TransformerConfig config)
    {
        long n = config.Tokens, d = config.Width, hidden = config.HiddenWidth, depth = config.Depth;
        long layers = config.Block.Perceptron == PerceptronKind.SwiGlu ? 3 : 2;
        long patchIn = (long)(config.Channels + config.ConditionChannels) * config.PatchSize * config.PatchSize;
        long patchOut = (long)config.OutputChannels * config.PatchSize * config.PatchSize;
        long times = config.ConditionChannels > 0 ? 2 : 1;
        const long frequencies = TimestepEmbedder.FrequencySize;

        // Weights that act on every token, and weights that act once per image, on the conditioning vector.
        var perToken = depth * (4 * d * d + layers * d * hidden) + patchIn * d + d * patchOut;
        var perImage = times * (frequencies * d + d * d) + depth * 6 * d * d + 2 * d * d;
        var attention = depth * 2 * n * n * d;
        var norm = config.Block.Normalization == NormalizationKind.RmsNorm ? d : 0;
        var norms = depth * 2 * norm + (config.Block.QueryKeyNormalization ? depth * 2 * (d / config.Heads) : 0);
        var labels = (config.Classes + 1 + config.AugmentationLabels) * d;
        var own = patchIn * d + d * patchOut + 2 * d * d + d + patchOut + 2 * d + norm
            + (times - 1) * (frequencies * d + d * d + 2 * d) + (config.StageEmbedding ? d : 0);
        var trunk = depth * (10 * d * d + layers * d * hidden + 11 * d + (layers - 1) * hidden) + norms + frequencies * d + d * d + 2 * d + labels;
        return new TransformerCost
        {
            Parameters = trunk + own,
            TrunkParameters = trunk,
            Tokens = (int)n,
            MultiplyAdds = n * perToken + perImage + attention,
        };
    }

    /// <summary>Number of parameters of a whole model; those of a shared trunk count once.</summary>
    /// <param name="model">A valid configuration.</param>
    public static long ParametersOf(ModelConfig model)
    {
        var stages = Enumerable.Range(0, model.Stages.Length).Select(stage => Of(model.Transformer(stage))).ToArray();
        return stages.Sum(stage => stage.Parameters) - (model.SharedTrunk ? (stages.Length - 1) * stages[0].TrunkParameters : 0);
    }

    /// <summary>Multiply-adds of sampling one image with a whole model.</summary>
    /// <param name="model">A valid configuration.</param>
    /// <param name="forwards">Network evaluations per image of every stage, guidance included.</param>
    /// <exception cref="ArgumentException">There are not as many counts as stages.</exception>
    public static long PerImage(ModelConfig model, ReadOnlySpan<int> forwards)
    {
        if (forwards.Length != model.Stages.Length)
            throw new ArgumentException($"{forwards.Length} budgets for {model.Stages.Length} stages; give one per stage.", nameof(forwards));
        long total = 0;
        for (var stage = 0; stage < forwards.Length; stage++) total += forwards[stage] * Of(model.Transformer(stage)).MultiplyAdds;
        return total;
    }
}
