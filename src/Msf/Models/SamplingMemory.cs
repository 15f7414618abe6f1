using Msf.Modules;

namespace Msf.Models;

/// <summary>
/// Bytes that one forward pass without gradients takes beside the weights, counted from the configuration: what a block holds at its widest place. A
/// test holds it against what the allocator says.
/// </summary>
public sealed record SamplingMemory
{
    private SamplingMemory() { }

    /// <summary>Bytes of activations inside a block at its widest place, its input included.</summary>
    public required long Block { get; init; }

    /// <summary>Bytes of images and predictions outside the network: state, condition, both halves of a guided batch, what the solver adds up.</summary>
    public required long Images { get; init; }

    /// <summary>Most bytes at one time.</summary>
    public long Peak => Block + Images;

    /// <summary>Counts a batch.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="batch">Images that go through the network at once, both halves of a guided batch counted.</param>
    /// <param name="elementSize">Bytes of a number: 4 in float32, 2 in bfloat16.</param>
    public static SamplingMemory Of(TransformerConfig config, int batch, int elementSize)
    {
        long n = config.Tokens, d = config.Width, hidden = config.HiddenWidth, weights = config.Heads * n * n;
        var turned = config.Block.QueryKeyNormalization || config.Block.Positions == PositionKind.Rotary;

        // Beside the block's input (D) and what it modulated: parting into heads (3 D twice); queries, keys and values, scores and weights, what they mix and
        // the heads side by side, with the batched products' scratch (2 D); the perceptron before and after its activation, with both normalised values and both halves' results.
        var parting = n * 8 * d;
        var attention = n * (turned ? 11 : 9) * d + 2 * weights;
        var perceptron = n * (5 * d + (config.Block.Perceptron == PerceptronKind.SwiGlu ? 3 : 2) * hidden);
        var projection = n * (7 * d + hidden);
        var pixels = (config.Channels * 6L + config.ConditionChannels * 2L + config.OutputChannels * 2L) * n * config.PatchSize * config.PatchSize;
        return new SamplingMemory
        {
            Block = batch * elementSize * (Math.Max(Math.Max(parting, attention), Math.Max(perceptron, projection)) + (6L * config.Depth + 2) * d),
            Images = batch * sizeof(float) * pixels,
        };
    }
}
