namespace Msf.Data;

/// <summary>How images are encoded where they are not passed on as they are; neither loses anything.</summary>
public enum PreparedEncoding
{
    /// <summary>PNG.</summary>
    Png,

    /// <summary>Lossless WebP, which is smaller and slower to write.</summary>
    WebP,
}
