namespace Msf.Modules;

/// <summary>The perceptron of a block.</summary>
public enum PerceptronKind
{
    /// <summary>Two layers with a tanh-approximated GELU between them (DiT).</summary>
    Gelu,

    /// <summary>A gated unit of three layers (Shazeer 2020), two thirds as wide, so that it costs the same.</summary>
    SwiGlu,
}
