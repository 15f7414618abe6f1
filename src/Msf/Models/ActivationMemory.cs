using Msf.Modules;

namespace Msf.Models;

/// <summary>
/// Bytes that training keeps between the forward and the backward pass of a transformer, counted from its configuration: the tensors
/// that autograd saves in each block. A test holds them against what the allocator says.
/// </summary>
public sealed record ActivationMemory
{
    private ActivationMemory() { }

    /// <summary>Bytes that one block keeps, the input of the next one included and its own left out.</summary>
    public required long Block { get; init; }

    /// <summary>Bytes of the input of a block: what recomputation keeps of it.</summary>
    public required long BlockInput { get; init; }

    /// <summary>Bytes that the backward pass of a block needs beside what was kept, at its widest place.</summary>
    public required long Backward { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Bytes at the end of the forward pass, and most in the backward pass, of a batch.</summary>
    /// <param name="recompute">Whether blocks are computed again in the backward pass.</param>
    public long Peak(bool recompute) => Kept(recompute) + Backward + (recompute ? Block : 0);

    /// <summary>Bytes kept at the end of the forward pass of a batch.</summary>
    /// <param name="recompute">Whether blocks are computed again in the backward pass.</param>
    public long Kept(bool recompute) => Outside + Depth * (recompute ? BlockInput : Block);

    /// <summary>Bytes that embedders and final layer keep, the tokens that enter the first block among them.</summary>
    public required long Outside { get; init; }

    /// <summary>Counts a batch.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="batch">Images B.</param>
    /// <param name="elementSize">Bytes of a number: 4 in float32, 2 in bfloat16.</param>
    public static ActivationMemory Of(TransformerConfig config, int batch, int elementSize)
    {
        long n = config.Tokens, d = config.Width, hidden = config.HiddenWidth, heads = config.Heads;
        var block = config.Block;

        // Of each token, in numbers: both modulated values, the input of the second half, queries, keys and values, what attention mixes and
        // its projection, the perceptron's output and the block's. RMSNorm also keeps its results.
        var normalized = block.Normalization == NormalizationKind.RmsNorm ? 1 : 0;
        var perToken = 2 * d + d + 3 * d + d + d + d + d + 2 * normalized * d;
        if (block.QueryKeyNormalization) perToken += 4 * d;                                   // before and after their weights
        perToken += block.Perceptron == PerceptronKind.SwiGlu ? 3 * hidden : 2 * hidden;      // before and after the activation
        var probabilities = heads * n * n;
        var modulation = 1 + 2 + 2 * (1 + normalized);                                        // SiLU, gates, scales
        var perBlock = n * perToken + probabilities + modulation * d;
        var patches = n * config.PatchSize * config.PatchSize;
        var outside = n * d * (2 + normalized) + patches * (config.Channels + config.ConditionChannels + config.OutputChannels);
        return new ActivationMemory
        {
            Block = batch * elementSize * perBlock,
            BlockInput = batch * elementSize * n * d,
            Backward = batch * elementSize * Math.Max(n * (2 * hidden + 3 * d), 2 * probabilities + 3 * n * d),
            Outside = batch * elementSize * outside,
            Depth = config.Depth,
        };
    }
}
