using Msf.Models;
using Msf.Modules;

namespace Msf.Sampling;

/// <summary>
/// What one evaluation of a transformer has to do, in the units that <see cref="WorkRates"/> gives the seconds of: on one thread where threads share the
/// batch, on all of them where they share every operation.
/// </summary>
/// <param name="Products">Multiply-adds of tokens and weights, with conditioning vectors filled up to whole tiles of the kernels.</param>
/// <param name="Weights">Numbers of the weights: a product reads and rearranges them whatever the number of rows.</param>
/// <param name="StreamedWeights">The part of <paramref name="Weights"/> that the last cache does not hold from one evaluation to the next.</param>
/// <param name="Attention">Multiply-adds of queries, keys and values.</param>
/// <param name="Softmax">Attention weights.</param>
/// <param name="Passes">Numbers read and written by what works element by element: normalisation, heads, activation, gates.</param>
/// <param name="Options">Numbers that options of the block read and write besides, by libtorch's operations, some in float32: RMSNorm, normalised queries and keys, rotary positions.</param>
/// <param name="Blocks">Blocks, each a fixed number of operations to dispatch.</param>
/// <param name="Evaluations">1: embedding, final layer and the solver's step.</param>
public sealed record ForwardWork(
    double Products, double Weights, double StreamedWeights, double Attention, double Softmax, double Passes, double Options, double Blocks, double Evaluations)
{
    /// <summary>Number of units.</summary>
    internal const int Units = 9;

    private const int Tile = 16;

    /// <summary>Counts one evaluation.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="batch">Images that go through the network at once, both halves of a guided batch counted.</param>
    /// <param name="labels">Different labels among them and the null class: rows of modulations a step.</param>
    /// <param name="times">Different times of the whole sampling, whose modulations are computed together as far as memory allows (<see cref="PreparedTransformer"/>).</param>
    /// <param name="shares">Threads that share the batch; 1 where all work on every operation.</param>
    /// <param name="elementSize">Bytes of a number: 4 in float32, 2 in bfloat16.</param>
    /// <param name="cacheBytes">Size of the last cache.</param>
    public static ForwardWork Of(TransformerConfig config, int batch, int labels, int times, int shares, int elementSize, long cacheBytes)
    {
        double images = (batch + shares - 1) / shares;
        double n = config.Tokens, d = config.Width, hidden = config.HiddenWidth, depth = config.Depth, heads = config.Heads;
        var gated = config.Block.Perceptron == PerceptronKind.SwiGlu;
        double patch = config.PatchSize * config.PatchSize, embeddings = config.ConditionChannels > 0 ? 2 : 1;

        var onTokens = depth * (4 * d * d + (gated ? 3 : 2) * d * hidden) + patch * d * (config.Channels + config.ConditionChannels + config.OutputChannels);
        // Modulations of a window of steps are made at once, by each thread for some of the blocks.
        var onConditioning = (6 * depth + 2) * d * d / shares + embeddings * (TimestepEmbedder.FrequencySize + d) * d;
        var window = Math.Floor(Math.Clamp(PreparedTransformer.WindowBytes / ((6 * depth + 2) * d * labels * elementSize), 1, times));
        var conditionings = Math.Ceiling(window * labels / Tile) * Tile / window;
        var weights = onTokens + onConditioning / window;
        var bytes = elementSize * (onTokens + shares * onConditioning / window);              // of the network, which threads read together
        // Of each token: two norms (2 D each), heads parted and joined (6 D, 2 D), two gates (3 D each), the activation, whose exponential counts as much
        // again.
        var passes = depth * n * (18 * d + (gated ? 5 : 4) * hidden);
        var options = (config.Block.Normalization == NormalizationKind.RmsNorm ? 8 : 0) + (config.Block.QueryKeyNormalization ? 10 : 0)
            + (config.Block.Positions == PositionKind.Rotary ? 18 : 0);
        return new ForwardWork(
            images * n * onTokens + conditionings * onConditioning,
            weights,
            weights * Math.Clamp(2 * bytes / cacheBytes - 1, 0, 1),
            images * depth * 2 * n * n * d,
            images * depth * heads * n * n,
            images * passes,
            images * depth * n * d * options,
            depth,
            1);
    }

    /// <summary>Seconds at given rates.</summary>
    /// <param name="rates">Of the machine.</param>
    public double Seconds(WorkRates rates) => ToArray().Zip(rates.ToArray(), (amount, seconds) => amount * seconds).Sum();

    /// <summary>The amounts in order.</summary>
    internal double[] ToArray() => [Products, Weights, StreamedWeights, Attention, Softmax, Passes, Options, Blocks, Evaluations];
}
