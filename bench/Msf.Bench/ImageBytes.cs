using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Images of a set as a network takes them.</summary>
internal static class ImageBytes
{
    /// <param name="source">The set.</param>
    /// <param name="places">Which of its images.</param>
    /// <param name="side">Width and height that they are fitted to.</param>
    /// <returns>(B, 3, H, W), bytes, owned by the caller's dispose scope.</returns>
    public static Tensor Read(IImageSource source, int[] places, int side)
    {
        using var scope = NewDisposeScope();
        var read = places.Select(source.Read).ToArray();
        return stack(read.Select(image => tensor(ImageResizer.Fit(image.Image, side).Pixels, [side, side, 3], ScalarType.Byte)), 0).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>All places of a set, in an order of chance that is always the same.</summary>
    public static int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(0).Shuffle(order);
        return order;
    }
}
