using Msf.Modules;

namespace Msf.Models;

/// <summary>Architecture of one diffusion transformer: everything that fixes its parameters and their shapes.</summary>
public sealed record TransformerConfig
{
    /// <summary>Spatial size of the input, for example [height, width], in pixels (or latent pixels); each divisible by the patch size.</summary>
    public required int[] InputSize { get; init; }

    /// <summary>Channels C of the noisy input.</summary>
    public required int Channels { get; init; }

    /// <summary>Channels of the condition that is concatenated to the input; 0 (the default) for a base stage.</summary>
    public int ConditionChannels { get; init; }

    /// <summary>Side p of a patch.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Width D of the tokens; divisible by 4 and by the number of heads.</summary>
    public required int Width { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Attention heads h per block.</summary>
    public required int Heads { get; init; }

    /// <summary>Hidden width of the perceptrons over D; default 4.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>What the blocks are made of; default DiT's.</summary>
    public BlockOptions Block { get; init; } = new();

    /// <summary>Number of classes K; label K is the null class.</summary>
    public required int Classes { get; init; }

    /// <summary>Numbers A of an augmentation label that the network can be told; 0, the default, for none.</summary>
    public int AugmentationLabels { get; init; }

    /// <summary>Whether a learned vector joins the conditioning vector, by which blocks that several stages share tell them apart; default false.</summary>
    public bool StageEmbedding { get; init; }

    /// <summary>Whether the network has 2 C output channels of which the second half is a variance (DiT, SiT); default false.</summary>
    public bool LearnSigma { get; init; }

    /// <summary>Factor on t before its embedding; default 1000, so that t in [0, 1] covers DiT's range of frequencies.</summary>
    public double TimeScale { get; init; } = 1000;

    /// <summary>Added to the scaled time; default 0. Of an imported DiT, -1000 and 999 make its step number, 999 (noise) to 0, out of t.</summary>
    public double TimeOffset { get; init; }

    /// <summary>Channels of the output.</summary>
    public int OutputChannels => LearnSigma ? 2 * Channels : Channels;

    /// <summary>Width of the hidden layer of a perceptron; of gate and value each where it is gated.</summary>
    public int HiddenWidth => Block.Perceptron == PerceptronKind.SwiGlu ? SwiGluMlp.HiddenWidth((int)(Width * MlpRatio)) : (int)(Width * MlpRatio);

    /// <summary>Number of tokens N.</summary>
    public int Tokens => Patches.Grid(InputSize, PatchSize).Aggregate(1, (product, side) => product * side);

    /// <summary>Everything that is wrong with the configuration, one line each; empty when it is usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string error) { if (!holds) errors.Add(error); }
        Check(InputSize.Length == 2, $"inputSize has {InputSize.Length} entries, expected 2 (height, width)");
        Check(PatchSize >= 1, $"patchSize is {PatchSize}, expected at least 1");
        foreach (var size in InputSize)
            Check(size >= 1 && (PatchSize < 1 || size % PatchSize == 0), $"size {size} is not divisible by patchSize {PatchSize}; choose another patch size");
        Check(Channels >= 1, $"channels is {Channels}, expected at least 1");
        Check(ConditionChannels >= 0, $"conditionChannels is {ConditionChannels}, expected at least 0");
        Check(Heads >= 1 && Width >= 4 && Width % 4 == 0 && Width % Math.Max(Heads, 1) == 0,
            $"width {Width} with {Heads} heads: the width must be a multiple of 4 and of the number of heads");
        Check(Depth >= 1, $"depth is {Depth}, expected at least 1");
        Check(MlpRatio > 0, $"mlpRatio is {MlpRatio}, expected more than 0");
        errors.AddRange(Block.Validate());
        if (Block.Positions == PositionKind.Rotary && Heads >= 1)
            Check(RotaryPositions.Fits(Width / Heads, InputSize.Length),
                $"width {Width} with {Heads} heads: rotary positions need a width per head that is a multiple of {2 * InputSize.Length}");
        Check(Classes >= 1, $"classes is {Classes}, expected at least 1");
        Check(AugmentationLabels >= 0, $"augmentationLabels is {AugmentationLabels}, expected at least 0");
        Check(double.IsFinite(TimeScale) && TimeScale != 0, $"timeScale is {TimeScale}, expected a number other than 0");
        Check(double.IsFinite(TimeOffset), $"timeOffset is {TimeOffset}, expected a finite number");
        return errors;
    }
}
