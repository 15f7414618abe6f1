namespace Msf.Models;

/// <summary>
/// One trunk for several stages (<see cref="ModelConfig.SharedTrunk"/>): blocks, time, class and augmentation embedders. Every stage stays a whole
/// <see cref="DiffusionTransformer"/>; its trunk lies in the memory of the others'. Patch embedding, positions, the embedder of the condition's noise
/// level, stage embedding and final layer are its own.
/// </summary>
public static class SharedTrunk
{
    private static readonly string[] _parts = ["blocks.", "t_embedder.", "y_embedder.", "aug_embedder."];

    /// <summary>Whether a parameter belongs to the trunk.</summary>
    /// <param name="key">Its key in <see cref="DiffusionTransformer"/>.</param>
    public static bool Holds(string key) => _parts.Any(part => key.StartsWith(part, StringComparison.Ordinal));

    /// <summary>Lays the trunks of all networks into the memory of the first one's: what that has, all have. A network that is moved or cast afterwards leaves it.</summary>
    /// <param name="networks">Networks of one model with a shared trunk, of one type and on one device.</param>
    public static void Join(IReadOnlyList<DiffusionTransformer> networks)
    {
        foreach (var network in networks.Skip(1)) NetworkMemory.Share(networks[0], network, Holds);
    }

    /// <summary>Everything that keeps stages from having one trunk, one line each.</summary>
    internal static IEnumerable<string> Validate(IReadOnlyList<StageConfig> stages)
    {
        for (var i = 1; i < stages.Count; i++)
        {
            var (stage, first) = (stages[i], stages[0]);
            var (block, firstBlock) = (stage.Block, first.Block);                             // but for positionScaling: positions are a stage's own
            if (stage.Width != first.Width) yield return Differs(i, "width", stage.Width, first.Width);
            if (stage.Depth != first.Depth) yield return Differs(i, "depth", stage.Depth, first.Depth);
            if (stage.Heads != first.Heads) yield return Differs(i, "heads", stage.Heads, first.Heads);
            if (stage.MlpRatio != first.MlpRatio) yield return Differs(i, "mlpRatio", stage.MlpRatio, first.MlpRatio);
            if (block.Normalization != firstBlock.Normalization) yield return Differs(i, "block.normalization", block.Normalization, firstBlock.Normalization);
            if (block.QueryKeyNormalization != firstBlock.QueryKeyNormalization)
                yield return Differs(i, "block.queryKeyNormalization", block.QueryKeyNormalization, firstBlock.QueryKeyNormalization);
            if (block.Perceptron != firstBlock.Perceptron) yield return Differs(i, "block.perceptron", block.Perceptron, firstBlock.Perceptron);
            if (block.Positions != firstBlock.Positions) yield return Differs(i, "block.positions", block.Positions, firstBlock.Positions);
        }
    }

    private static string Differs<T>(int stage, string member, T value, T first) => FormattableString.Invariant(
        $"stage {stage}: {member} is {value}, and that of stage 0 is {first}; with sharedTrunk one transformer serves all stages, so make them agree");
}
