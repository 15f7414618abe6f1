using System.Runtime.InteropServices;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Resizes batches as Pillow resizes channels of floats and clean-fid does: separable filters that widen when shrinking, edges renormalised, the result clipped to 0 to
/// 255 and not rounded. As two products with matrices of weights, so that it runs wherever the network does.
/// </summary>
internal static class AntialiasedResize
{
    /// <summary>Resizes images to a square.</summary>
    /// <param name="images">(B, C, H, W), 0 to 255, any type.</param>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="mode">The filter.</param>
    /// <returns>(B, C, size, size), float32, on the images' device, owned by the caller's dispose scope.</returns>
    public static Tensor Square(Tensor images, int size, ResizeMode mode)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var x = images.to(ScalarType.Float32);
        var (b, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        if (w != size) x = nn.functional.linear(x, Weights((int)w, size, mode, x.device));                                   // (B, C, H, size)
        if (h != size)
        {
            var down = Weights((int)h, size, mode, x.device).unsqueeze(0).expand(b * c, size, h);
            x = down.bmm(x.reshape(b * c, h, size)).view(b, c, size, size);                                                  // (B, C, size, size)
        }
        return x.Clamped(0, 255).MoveToOuterDisposeScope();
    }

    /// <summary>Weights of the pixels of a row in every pixel of the resized row, (to, from), float32; every row adds up to 1.</summary>
    internal static Tensor Weights(int from, int to, ResizeMode mode, Device device)
    {
        var rows = Resampler.Weights(from, to, mode == ResizeMode.Bilinear ? ResamplingFilter.Bilinear : ResamplingFilter.Bicubic);
        var dense = new float[(long)to * from];
        for (var i = 0; i < to; i++) rows[i].Weights.CopyTo(dense, (long)i * from + rows[i].First);
        var matrix = empty([to, from], ScalarType.Float32, CPU);
        MemoryMarshal.AsBytes(dense.AsSpan()).CopyTo(matrix.bytes);
        return matrix.to(device);
    }
}
