using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>Compares gradients with differences of the function itself.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-5;

    /// <summary>
    /// Requires the gradient of a scalar function along a random direction to be its central difference, for every variable on its own.
    /// </summary>
    /// <param name="function">Computes a scalar from the variables; called again and again.</param>
    /// <param name="variables">Float64 leaves that require gradients, by name.</param>
    /// <param name="tolerance">Largest relative error.</param>
    public static void Agree(Func<Tensor> function, IEnumerable<(string Name, Tensor Value)> variables, double tolerance = 1e-6)
    {
        var all = variables.ToArray();
        foreach (var (_, value) in all) value.grad = null;
        using (NewDisposeScope()) function().backward();
        using var noGrad = no_grad();
        using var generator = new Generator(3);
        foreach (var (name, value) in all)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(ScalarType.Float64, value.dtype);
            var direction = randn(value.shape, ScalarType.Float64, generator: generator);
            var analytic = (value.grad! * direction).sum().item<double>();
            var start = value.clone();
            value.copy_(start + direction * Step);
            var above = function().item<double>();
            value.copy_(start - direction * Step);
            var below = function().item<double>();
            value.copy_(start);
            var numeric = (above - below) / (2 * Step);
            var error = Math.Abs(numeric - analytic) / Math.Max(Math.Abs(numeric), Math.Abs(analytic));
            Assert.True(error <= tolerance, $"{name}: gradient {analytic:G9}, difference {numeric:G9}");
            Assert.True(Math.Abs(numeric) > 1e-6, $"{name} does not matter");
        }
    }
}
