using Msf.Models;

namespace Msf.Training;

/// <summary>A transformer and a batch to time: a latent of 4 channels cut into patches of 2.</summary>
/// <param name="Width">Width D of the tokens.</param>
/// <param name="Depth">Number of blocks.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Side">Side of the token grid; there are Side x Side tokens.</param>
/// <param name="Batch">Images per step.</param>
public sealed record ThroughputCase(int Width, int Depth, int Heads, int Side, int Batch)
{
    /// <summary>A DiT-S at 64 tokens and at 256 tokens.</summary>
    public static IReadOnlyList<ThroughputCase> Standard { get; } = [new(384, 12, 6, 8, 32), new(384, 12, 6, 16, 8)];

    /// <summary>The transformer's architecture.</summary>
    public TransformerConfig Transformer { get; } = new()
    {
        InputSize = [2 * Side, 2 * Side],
        Channels = 4,
        PatchSize = 2,
        Width = Width,
        Depth = Depth,
        Heads = Heads,
        Classes = 10,
    };
}
