using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>Compares tensors; the distances are taken in float64.</summary>
internal static class TensorAssert
{
    /// <summary>max |a - b|; the shapes must be equal.</summary>
    public static double MaximumDifference(Tensor a, Tensor b)
    {
        Assert.Equal(b.shape, a.shape);
        using var scope = NewDisposeScope();
        return (a.to(ScalarType.Float64) - b.to(ScalarType.Float64)).abs().max().item<double>();
    }

    /// <summary>Requires max |actual - expected| / max |expected| to be at most <paramref name="relative"/>; reports a named one.</summary>
    public static void Close(Tensor expected, Tensor actual, double relative, string? name = null)
    {
        using var scope = NewDisposeScope();
        var error = MaximumDifference(actual, expected) / expected.to(ScalarType.Float64).abs().max().item<double>();
        if (name is not null)
            TestContext.Current.TestOutputHelper?.WriteLine($"golden {name}: relative error {error:E2} (tolerance {relative:E0})");
        Assert.True(error <= relative, $"relative error {error:E2}, tolerance {relative:E0}");
    }

    /// <summary>Whether two tensors have the same shape and the same values.</summary>
    public static bool Identical(Tensor a, Tensor b) => a.shape.AsSpan().SequenceEqual(b.shape) && MaximumDifference(a, b) == 0;
}
