namespace Msf.Server;

/// <summary>What a job makes.</summary>
public enum JobKind
{
    /// <summary>Images from noise.</summary>
    Generate,

    /// <summary>Images that share the base of one in the gallery and differ in the detail.</summary>
    Variations,

    /// <summary>Detail for a given picture.</summary>
    SuperResolution,

    /// <summary>What a mask leaves open in a given picture.</summary>
    Inpainting,

    /// <summary>A sheet over numbers of steps and guidance scales.</summary>
    Sweep,
}
