using System.Globalization;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Reads the architecture of a DiT or SiT off the shapes of its weights.</summary>
internal static class TransformerShapes
{
    private const int LargestSide = 1 << 14;
    private const int MostBlocks = 1 << 10;

    // Width, blocks, heads of the official S, B, L and XL.
    private static readonly (int Width, int Depth, int Heads)[] _presets = [(384, 12, 6), (768, 12, 12), (1024, 24, 16), (1152, 28, 16)];

    /// <summary>The architecture; time scale and offset are the caller's.</summary>
    /// <param name="tensors">The weights.</param>
    /// <param name="given">What a configuration file says, or null.</param>
    /// <param name="what">The file, for messages.</param>
    /// <exception cref="InvalidDataException">A tensor that tells the architecture is missing or of an odd shape, or the file says otherwise.</exception>
    internal static TransformerConfig Recognize(IReadOnlyDictionary<string, Tensor> tensors, TransformerFile? given, string what)
    {
        var patch = Shape("x_embedder.proj.weight", 4);                                       // (D, C, p, p)
        var positions = Shape("pos_embed", 3);                                                // (1, N, D)
        var labels = Shape("y_embedder.embedding_table.weight", 2);                           // (K + 1, D)
        var output = Shape("final_layer.linear.weight", 2);                                   // (p p C_out, D)
        var hidden = Shape("blocks.0.mlp.fc1.weight", 2);                                     // (hidden, D)
        var (width, channels, side) = (patch[0], patch[1], patch[2]);
        var grid = (int)Math.Round(Math.Sqrt(positions[1]));
        Require((long)grid * grid == positions[1], $"there are {positions[1]} positions, which is no square");
        Require(patch[3] == side && side * grid <= LargestSide, $"patches are {ShapeGuard.Format(patch)} on a grid of {grid}");
        var outputChannels = output[0] / Math.Max(1, side * side);
        Require(outputChannels == channels || outputChannels == 2 * channels, $"there are {outputChannels} output channels for {channels} input channels");
        Require(labels[0] >= 2 && labels[0] <= int.MaxValue && width >= 1 && width <= int.MaxValue, "there is no class beside the null class");
        var depth = 1 + tensors.Keys.Max(BlockOf);
        Require(depth <= Math.Min(MostBlocks, tensors.Count), $"there is block {depth - 1} in {tensors.Count} tensors, and at most {MostBlocks} blocks are taken");
        var config = new TransformerConfig
        {
            InputSize = [(int)side * grid, (int)side * grid],
            Channels = (int)channels,
            PatchSize = (int)side,
            Width = (int)width,
            Depth = depth,
            Heads = Heads((int)width, depth, given, what),
            MlpRatio = (double)hidden[0] / width,
            Classes = (int)labels[0] - 1,
            LearnSigma = outputChannels == 2 * channels,
        };
        if (given is not null) RequireAgreement(config, given, what);
        return config.Validate() is { Count: > 0 } errors ? throw new InvalidDataException($"{what}: {string.Join("; ", errors)}.") : config;

        long[] Shape(string name, int rank) => tensors.TryGetValue(name, out var tensor) && tensor.shape.Length == rank
            ? tensor.shape
            : throw new InvalidDataException(
                $"{what}: no official DiT or SiT: {OneLine.Quote(name)} is {(tensor is null ? "missing" : ShapeGuard.Format(tensor.shape))}, {rank} dimensions are expected; its keys begin with {string.Join(", ", tensors.Keys.Order(StringComparer.Ordinal).Take(3).Select(OneLine.Quote))}.");

        void Require(bool holds, string fault)
        {
            if (!holds) throw new InvalidDataException($"{what}: no official DiT or SiT: {fault}.");
        }
    }

    private static int Heads(int width, int depth, TransformerFile? given, string what)
    {
        if (given?.NumHeads is { } heads) return heads;
        var preset = Array.Find(_presets, preset => preset.Width == width && preset.Depth == depth);
        return preset.Heads > 0 ? preset.Heads : throw new InvalidDataException(
            $"{what}: width {width} with {depth} blocks is none of the official sizes, and weights do not tell the number of heads; give it with --config FILE, {{\"num_heads\": N}}.");
    }

    private static void RequireAgreement(TransformerConfig config, TransformerFile given, string what)
    {
        var check = new ConfigurationCheck(what);
        check.Agree("input_size", given.InputSize, config.InputSize[0]);
        check.Agree("patch_size", given.PatchSize, config.PatchSize);
        check.Agree("in_channels", given.InChannels, config.Channels);
        check.Agree("hidden_size", given.HiddenSize, config.Width);
        check.Agree("depth", given.Depth, config.Depth);
        check.Agree("mlp_ratio", given.MlpRatio, config.MlpRatio);
        check.Agree("learn_sigma", given.LearnSigma, config.LearnSigma);
        check.Agree("num_classes", given.NumClasses, config.Classes);
        if (given.ClassDropoutProb <= 0) check.Add(["class_dropout_prob is 0: without a null class there is no guidance, and no room for it in the weights"]);
        check.Require();
    }

    private static int BlockOf(string key)
    {
        var parts = key.Split('.', 3);
        return parts is ["blocks", var number, _] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var block) && block < int.MaxValue ? block : 0;
    }
}
