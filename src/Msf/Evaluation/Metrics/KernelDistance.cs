using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// The kernel distance KID (Binkowski et al. 2018): the unbiased estimate of the squared maximum mean discrepancy under the kernel (x·y / D + 1)³. Unlike a Frechet distance it
/// does not depend on the number of samples but for its noise, so that few samples can be compared with many.
/// </summary>
public static class KernelDistance
{
    private const int Rows = 1024, Pieces = 4;

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

    /// <summary>
    /// The mean estimate of random subsets, as KID is published. Subsets are the pieces of random orders of the two sets, so that pieces of one order share no image; the
    /// standard error counts those alone as independent, which is never too small.
    /// </summary>
    /// <param name="reference">Features of the data, (M, D) with M of at least 8.</param>
    /// <param name="samples">Features of what is judged, (N, D) with N of at least 8.</param>
    /// <param name="subsets">How many, at least 2.</param>
    /// <param name="size">Images of each set in one, at least 2; at most a quarter of the smaller set is taken.</param>
    /// <param name="seed">Draws them.</param>
    /// <param name="cancellation">Looked at before each.</param>
    /// <exception cref="ArgumentException">There are too few images, or the widths differ.</exception>
    public static KernelResult OfSubsets(Tensor reference, Tensor samples, int subsets = 100, int size = 1000, long seed = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(subsets, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        var smaller = Math.Min(reference.shape[0], samples.shape[0]);
        size = (int)Math.Min(size, smaller / Pieces);
        if (size < 2) throw new ArgumentException($"there are {reference.shape[0]} and {samples.shape[0]} images; at least {2 * Pieces} of each are needed.", nameof(samples));
        var estimates = new double[subsets];
        for (var i = 0; i < subsets; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            estimates[i] = Unbiased(Piece(reference, 0, i), Piece(samples, 1, i));
        }
        return new KernelResult(estimates.Average(), Spread.Deviation(estimates) / Math.Sqrt(Math.Min(subsets, smaller / size)), subsets, size);

        Tensor Piece(Tensor features, int which, int i)
        {
            var pieces = (int)(features.shape[0] / size);
            return features.index_select(0, tensor(Shuffling.Order(features.shape[0], seed, which, i / pieces).AsSpan(i % pieces * size, size).ToArray(), device: features.device));
        }
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
