using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>The product of tokens and a weight matrix, without bias, on the way that is fastest where it runs.</summary>
internal static class TokenProduct
{
    /// <summary>x Wᵀ.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="weight">(M, D).</param>
    /// <returns>(B, N, M), contiguous, owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor x, Tensor weight) =>
        x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && Float32Products.Route == ProductRoute.Convolution && x.is_contiguous()
            ? Float32Products.Convolve(x, weight)
            : functional.linear(x, weight);
}
