using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>Reads golden fixtures and measures the distance to them as their README defines it.</summary>
internal static class Golden
{
    /// <summary>All tensors of a fixture; skips the running test where the shared files are absent.</summary>
    public static Dictionary<string, Tensor> Load(params string[] parts)
    {
        return SafetensorsFile.ReadAll(SharedFiles.Require(["golden", .. parts]));
    }

    /// <summary>max |actual - expected| / max |expected|.</summary>
    public static double RelativeError(Tensor actual, Tensor expected)
    {
        Assert.Equal(expected.shape, actual.shape);
        using var scope = NewDisposeScope();
        var difference = (actual.to_type(ScalarType.Float64) - expected.to_type(ScalarType.Float64)).abs().max().item<double>();
        return difference / expected.to_type(ScalarType.Float64).abs().max().item<double>();
    }

    /// <summary>Requires a relative error of at most <paramref name="tolerance"/> and reports what it was.</summary>
    public static void Matches(string name, Tensor actual, Tensor expected, double tolerance)
    {
        var error = RelativeError(actual, expected);
        TestContext.Current.TestOutputHelper?.WriteLine($"golden {name}: relative error {error:E2} (tolerance {tolerance:E0})");
        Assert.True(error <= tolerance, $"{name}: relative error {error:E2}, tolerance {tolerance:E0}");
    }
}
