using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>The product of tokens and a weight matrix, without bias, on the way that is fastest where it runs.</summary>
/// <remarks>
/// The convolution's kernels depend on the number of rows, the product's do not. Sampling promises the same image in any batch, so only training,
/// where the next step has the same shapes, may take the convolution.
/// </remarks>
internal static class TokenProduct
{
    private const int Tile = 16;
    private const long LeastNumbers = 1 << 16;                                                // below, convolutions go to a slower library, which also warns

    /// <summary>x Wᵀ.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="weight">(M, D).</param>
    /// <returns>(B, N, M), contiguous, owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor x, Tensor weight) =>
        Convolves(x, weight) && Float32Products.Route == ProductRoute.Convolution ? Float32Products.Convolve(x, weight) : functional.linear(x, weight);

    private static bool Convolves(Tensor x, Tensor weight) =>
        is_grad_enabled() && (x.requires_grad || weight.requires_grad)
        && get_num_threads() > 1 && x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && x.is_contiguous()
        && x.shape[0] > 1 && x.numel() >= LeastNumbers && weight.shape[0] % Tile == 0 && weight.shape[1] % Tile == 0;
}
