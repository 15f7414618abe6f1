namespace Msf.Data;

/// <summary>
/// What a network is told of the non-leaky augmentation of an image: nine numbers in the order of the official implementation (Karras et al.
/// 2022, appendix F.2), all zero for an image as it is, and at sampling.
/// </summary>
/// <remarks>
/// 0 mirrored left to right, 1 mirrored top to bottom (0 or 1 each); 2 scaling, in deviations; 3 and 4 cos θ - 1 and sin θ of the rotation; 5 and 6
/// anisotropic scaling, in deviations, times cosine and sine of its axis; 7 and 8 translation, in deviations, to the right and down.
/// </remarks>
public static class AugmentationLabel
{
    /// <summary>Numbers of a label.</summary>
    public const int Size = 9;

    /// <summary>Place of the mirroring left to right.</summary>
    internal const int HorizontalFlip = 0;

    /// <summary>Place of the mirroring top to bottom.</summary>
    internal const int VerticalFlip = 1;

    /// <summary>Place of the scaling.</summary>
    internal const int Scale = 2;

    /// <summary>First of the two places of the rotation.</summary>
    internal const int Rotation = 3;

    /// <summary>First of the two places of the anisotropic scaling.</summary>
    internal const int Anisotropy = 5;

    /// <summary>First of the two places of the translation.</summary>
    internal const int Translation = 7;
}
