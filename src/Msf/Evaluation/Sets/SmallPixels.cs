using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Images small enough to compare the pixels of many.</summary>
internal static class SmallPixels
{
    /// <summary>Shrinks images by area means to at most a side.</summary>
    /// <param name="levels">(B, C, H, W), uint8.</param>
    /// <param name="side">Largest side of the result.</param>
    /// <returns>(B, C h w), uint8, on the CPU, owned by the caller's dispose scope.</returns>
    public static Tensor Of(Tensor levels, int side)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (levels.shape[2], levels.shape[3]);
        if (Math.Max(height, width) > side)
        {
            var scale = (double)side / Math.Max(height, width);
            levels = nn.functional.adaptive_avg_pool2d(levels.to(ScalarType.Float32), [Math.Max(1, (long)(height * scale)), Math.Max(1, (long)(width * scale))])
                .round().to(ScalarType.Byte);
        }
        return levels.flatten(1).cpu().MoveToOuterDisposeScope();
    }
}
