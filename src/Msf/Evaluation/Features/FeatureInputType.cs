namespace Msf.Evaluation;

/// <summary>Type of the numbers that a feature network takes.</summary>
public enum FeatureInputType
{
    /// <summary>Bytes, 0 to 255.</summary>
    Bytes,

    /// <summary>float32, in the range that <see cref="FeatureInput.Range"/> states.</summary>
    Floats,
}
