using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// The kernel distance KID (Binkowski et al. 2018): the unbiased estimate of the squared maximum mean discrepancy under the kernel (x·y / D + 1)³. Unlike a Frechet distance it
/// does not depend on the number of samples but for its noise, so that few samples can be compared with many.
/// </summary>
public static class KernelDistance
{
    private const int Rows = 1024;

    /// <summary>The estimate from all pairs, in float64, in the memory of a part of the pairs.</summary>
    /// <param name="reference">Features of the data, (M, D) with M of at least 2, any floating type, on any device.</param>
    /// <param name="samples">Features of what is judged, (N, D) with N of at least 2.</param>
    /// <returns>The estimate; around 0, and also below, where both are of one distribution.</returns>
    /// <exception cref="ArgumentException">There are fewer than two of a kind, or the widths differ.</exception>
    public static double Unbiased(Tensor reference, Tensor samples)
    {
        ShapeGuard.Require(reference, "reference", -1, -1);
        ShapeGuard.Require(samples, "samples", -1, reference.shape[1]);
        var (m, n) = (reference.shape[0], samples.shape[0]);
        if (m < 2 || n < 2) throw new ArgumentException($"there are {m} and {n} images; at least 2 of each are needed.", nameof(samples));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, y) = (reference.to(ScalarType.Float64).cpu(), samples.to(ScalarType.Float64).cpu());
        return WithoutSelf(x) / (m * (double)(m - 1)) + WithoutSelf(y) / (n * (double)(n - 1)) - 2 * Sum(x, y) / (m * (double)n);
    }

    private static double WithoutSelf(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Sum(x, x) - Kernel(x.Squared().sum(1), x.shape[1]).sum().item<double>();
    }

    private static double Sum(Tensor x, Tensor y)
    {
        var sum = 0.0;
        for (long first = 0; first < x.shape[0]; first += Rows)
        {
            using var scope = NewDisposeScope();
            sum += Kernel(x.narrow(0, first, Math.Min(Rows, x.shape[0] - first)).mm(y.t()), x.shape[1]).sum().item<double>();
        }
        return sum;
    }

    private static Tensor Kernel(Tensor products, long width)
    {
        var k = products.Times(1.0 / width).Plus(1);
        return k.mul(k).mul(k);
    }
}
