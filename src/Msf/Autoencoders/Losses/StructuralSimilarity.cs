using Msf.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>
/// Structural similarity (Wang et al. 2004) and its multi-scale form (Wang, Simoncelli and Bovik 2003), differentiable, for images in [-1, 1]: windows are
/// Gaussian with σ = 1.5 and side 11, taken only where they lie inside the image; K1 = 0.01, K2 = 0.03.
/// </summary>
public static class StructuralSimilarity
{
    private const int WindowSide = 11;
    private const double Sigma = 1.5, Range = 2;                                              // of images in [-1, 1]
    private const double C1 = 0.01 * Range * 0.01 * Range, C2 = 0.03 * Range * 0.03 * Range;
    private const double LeastContrast = 1e-4;                                                // structure may be negative, and a root of it is needed
    private static readonly double[] _weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>The scales that images of a size have: those at which a whole window fits, one to five.</summary>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    public static int Scales(long height, long width)
    {
        var scales = 1;
        while (scales < _weights.Length && Math.Min(height, width) >> scales >= WindowSide) scales++;
        return scales;
    }

    /// <summary>Structural similarity at full size.</summary>
    /// <param name="x">Images, (B, C, H, W), float32, in [-1, 1].</param>
    /// <param name="y">Images of the same shape.</param>
    /// <returns>(B), 1 for equal images, owned by the caller's dispose scope. For images smaller than the window, one as large as fits is taken.</returns>
    /// <exception cref="ArgumentException">The shapes differ or are not of images.</exception>
    public static Tensor Of(Tensor x, Tensor y)
    {
        RequireImages(x, y);
        using var scope = NewDisposeScope();
        return Compare(x, y).Similarity.mean([1]).MoveToOuterDisposeScope();                  // (B)
    }

    /// <summary>
    /// Multi-scale structural similarity: contrast and structure at every scale, halved by area means, and luminance at the last. Images too small for
    /// five scales get as many as fit, with the first exponents of the five, scaled to sum to 1.
    /// </summary>
    /// <param name="x">Images, (B, C, H, W), float32, in [-1, 1].</param>
    /// <param name="y">Images of the same shape.</param>
    /// <returns>(B), 1 for equal images, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shapes differ or are not of images.</exception>
    public static Tensor MultiScale(Tensor x, Tensor y)
    {
        RequireImages(x, y);
        using var scope = NewDisposeScope();
        var scales = Scales(x.shape[2], x.shape[3]);
        var sum = _weights.Take(scales).Sum();
        Tensor? logarithm = null;                                                             // (B, C), of the product over the scales
        for (var scale = 0; scale < scales; scale++)
        {
            var (similarity, contrast) = Compare(x, y);
            var last = scale == scales - 1;
            var term = (last ? similarity : contrast).Clamped(LeastContrast, 2).log().Times(_weights[scale] / sum);
            logarithm = logarithm?.Plus(term) ?? term;
            if (last) break;
            (x, y) = (functional.avg_pool2d(x, 2), functional.avg_pool2d(y, 2));
        }
        return logarithm!.exp().mean([1]).MoveToOuterDisposeScope();                          // (B)
    }

    // Means over the windows of an image, (B, C): similarity, and its part of contrast and structure alone.
    private static (Tensor Similarity, Tensor Contrast) Compare(Tensor x, Tensor y)
    {
        var means = Blur(cat([x, y, x.Squared(), y.Squared(), x.mul(y)], 1)).chunk(5, 1);     // 5 x (B, C, w, h)
        var (mx, my) = (means[0], means[1]);
        var (mxx, myy, mxy) = (mx.Squared(), my.Squared(), mx.mul(my));
        var contrast = means[4].sub(mxy).Times(2).Plus(C2).div(means[2].sub(mxx).Plus(means[3].sub(myy)).Plus(C2));
        var luminance = mxy.Times(2).Plus(C1).div(mxx.Plus(myy).Plus(C1));
        return (luminance.mul(contrast).mean([2, 3]), contrast.mean([2, 3]));
    }

    // As two products with band matrices: a window is separable, and products are what a processor does fastest. The result is transposed.
    private static Tensor Blur(Tensor x)
    {
        var side = (int)Math.Min(WindowSide, Math.Min(x.shape[2], x.shape[3]));
        if (side % 2 == 0) side--;
        using var columns = Band(x.shape[3], side, x.device);
        using var rows = Band(x.shape[2], side, x.device);
        return functional.linear(functional.linear(x, columns).transpose(2, 3), rows);        // (B, 5 C, w, h)
    }

    private static Tensor Band(long size, int side, Device device)
    {
        var window = Enumerable.Range(0, side).Select(i => Math.Exp(-Math.Pow(i - side / 2, 2) / (2 * Sigma * Sigma))).ToArray();
        var sum = window.Sum();
        var count = size - side + 1;
        var band = new float[count * size];
        for (long row = 0; row < count; row++)
            for (var i = 0; i < side; i++) band[row * size + row + i] = (float)(window[i] / sum);
        return tensor(band, [count, size], device: device);
    }

    private static void RequireImages(Tensor x, Tensor y)
    {
        ShapeGuard.Require(x, nameof(x), -1, -1, -1, -1);
        ShapeGuard.Require(y, nameof(y), x.shape);
        if (x.numel() == 0) throw new ArgumentException($"x is {ShapeGuard.Format(x.shape)}: there is nothing to compare.", nameof(x));
    }
}
