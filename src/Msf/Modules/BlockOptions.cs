namespace Msf.Modules;

/// <summary>
/// What a transformer block is made of. The defaults are the block of DiT and SiT; the others are those that LightningDiT
/// (Yao et al. 2025) showed to pay, under its keys.
/// </summary>
public sealed record BlockOptions
{
    /// <summary>Normalisation of the tokens; default layer norm, without learned weights.</summary>
    public NormalizationKind Normalization { get; init; }

    /// <summary>Whether queries and keys are divided by their root mean square and weighted (Henry et al. 2020); default false.</summary>
    public bool QueryKeyNormalization { get; init; }

    /// <summary>The perceptron; default GELU.</summary>
    public PerceptronKind Perceptron { get; init; }

    /// <summary>How tokens know their places; default fixed sine-cosine codes.</summary>
    public PositionKind Positions { get; init; }

    /// <summary>What positions become on a grid other than that of the configured size; default interpolated.</summary>
    public PositionScaling PositionScaling { get; init; }

    /// <summary>Everything that is wrong with the options, one line each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check<T>(T value, string name) where T : struct, Enum
        {
            if (!Enum.IsDefined(value)) errors.Add($"block.{name} is {value:D}, expected {string.Join(" or ", Enum.GetNames<T>())}");
        }
        Check(Normalization, "normalization");
        Check(Perceptron, "perceptron");
        Check(Positions, "positions");
        Check(PositionScaling, "positionScaling");
        return errors;
    }
}
