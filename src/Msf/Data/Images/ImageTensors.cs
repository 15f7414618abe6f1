using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Turns generated tensors into images that can be written.</summary>
public static class ImageTensors
{
    /// <summary>Converts [-1, 1] to 0 to 255, rounding to nearest; values outside are clamped.</summary>
    /// <param name="images">float32, or bfloat16 and the like, (B, 3, H, W), on any device.</param>
    /// <returns>B images.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public static RgbImage[] ToImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        ShapeGuard.Require(images, "images", -1, 3, -1, -1);
        using var scope = NewDisposeScope();
        int count = (int)images.shape[0], height = (int)images.shape[2], width = (int)images.shape[3];
        var bytes = ToLevels(images).permute(0, 2, 3, 1).contiguous().cpu().bytes;              // (B, H, W, 3)
        var result = new RgbImage[count];
        var size = 3 * height * width;
        for (var i = 0; i < count; i++) result[i] = new RgbImage(bytes.Slice(i * size, size).ToArray(), width, height);
        return result;
    }

    /// <summary>Converts [-1, 1] to 0 to 255, rounding to nearest as <see cref="ToImages"/> does; values outside are clamped.</summary>
    /// <param name="images">float32, or bfloat16 and the like, of any shape, on any device.</param>
    /// <returns>uint8, of the same shape and device, owned by the caller's dispose scope.</returns>
    public static Tensor ToLevels(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        return images.to(ScalarType.Float32).Plus(1).Times(127.5).round().Clamped(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }
}
