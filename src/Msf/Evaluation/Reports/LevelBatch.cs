using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>A batch of images as bytes, which may go from thread to thread.</summary>
/// <param name="Places">Their places in their set.</param>
/// <param name="Levels">(Count, 3, Height, Width), 0 to 255.</param>
/// <param name="Count">Images.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
internal sealed record LevelBatch(IReadOnlyList<int> Places, byte[] Levels, int Count, int Height, int Width)
{
    /// <summary>Of a tensor.</summary>
    /// <param name="places">Their places in their set.</param>
    /// <param name="levels">(B, 3, H, W), uint8, on any device.</param>
    public static LevelBatch Of(IReadOnlyList<int> places, Tensor levels)
    {
        using var scope = NewDisposeScope();
        var here = levels.cpu().contiguous();
        return new LevelBatch(places, here.bytes.ToArray(), (int)levels.shape[0], (int)levels.shape[2], (int)levels.shape[3]);
    }

    /// <summary>The same with the colours of a pixel side by side.</summary>
    /// <returns>(Count, Height, Width, 3).</returns>
    public byte[] Interleaved()
    {
        var plane = Height * Width;
        var pixels = new byte[Levels.Length];
        for (var image = 0; image < Count; image++)
            for (var c = 0; c < 3; c++)
                for (var (p, from) = (0, (image * 3 + c) * plane); p < plane; p++) pixels[image * 3 * plane + 3 * p + c] = Levels[from + p];
        return pixels;
    }

    /// <summary>The images as pictures.</summary>
    public RgbImage[] ToImages()
    {
        var (pixels, size) = (Interleaved(), 3 * Height * Width);
        return [.. Enumerable.Range(0, Count).Select(i => new RgbImage(pixels.AsSpan(i * size, size).ToArray(), Width, Height))];
    }

    /// <summary>The images as a tensor of the calling thread.</summary>
    /// <returns>(B, 3, H, W), uint8, on the CPU, owned by the caller's dispose scope.</returns>
    public Tensor ToTensor()
    {
        var levels = empty([Count, 3, Height, Width], ScalarType.Byte, CPU);
        Levels.AsSpan().CopyTo(levels.bytes);
        return levels;
    }
}
