using Msf.Modules;

namespace Msf.Models;

/// <summary>Size of the transformer of one stage.</summary>
public sealed record StageConfig
{
    /// <summary>Side p of a patch, in pixels of the stage's component.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Width D of the tokens.</summary>
    public required int Width { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Attention heads per block.</summary>
    public required int Heads { get; init; }

    /// <summary>Hidden width of the perceptrons over D; default 4.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>What the blocks are made of; default DiT's.</summary>
    public BlockOptions Block { get; init; } = new();
}
