using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

/// <summary>Holds a differentiable function of our own against its definition, computed by libtorch in double precision.</summary>
internal static class KernelCheck
{
    /// <summary>Compares values and the gradients of all arguments; and that without gradients, and on one thread, every bit is the same.</summary>
    /// <param name="own">The function.</param>
    /// <param name="definition">What it should be.</param>
    /// <param name="tolerance">Relative to the largest number.</param>
    /// <param name="arguments">Its arguments.</param>
    public static void Agree(Func<Tensor[], Tensor> own, Func<Tensor[], Tensor> definition, double tolerance, params Tensor[] arguments)
    {
        using var scope = NewDisposeScope();
        var exact = Array.ConvertAll(arguments, t => t.detach().to_type(ScalarType.Float64).requires_grad_(true));
        var expected = definition(exact);
        using var generator = new Generator(99);
        var weights = randn(expected.shape, generator: generator).to_type(arguments[0].dtype);
        (expected * weights.to_type(ScalarType.Float64)).sum().backward();

        var (value, gradients) = Run(own, arguments, weights);
        TensorAssert.Close(expected.detach(), value.to_type(ScalarType.Float64), tolerance);
        for (var i = 0; i < arguments.Length; i++)
            TensorAssert.Close(exact[i].grad!, gradients[i].to_type(ScalarType.Float64), tolerance, $"gradient {i}");

        using (no_grad()) Assert.True(TensorAssert.Identical(value, own(arguments)));
        var threads = get_num_threads();
        try
        {
            set_num_threads(threads == 1 ? 2 : 1);
            var (again, gradientsAgain) = Run(own, arguments, weights);
            Assert.True(TensorAssert.Identical(value, again));
            Assert.All(gradients.Zip(gradientsAgain), pair => Assert.True(TensorAssert.Identical(pair.First, pair.Second)));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>Normal numbers.</summary>
    public static Tensor Draw(int seed, ScalarType type, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, generator: generator).to_type(type);
    }

    private static (Tensor Value, Tensor[] Gradients) Run(Func<Tensor[], Tensor> own, Tensor[] arguments, Tensor weights)
    {
        var leaves = Array.ConvertAll(arguments, t => t.detach().clone().requires_grad_(true));
        Assert.All(leaves, leaf => Assert.True(Rows.TakesAny(leaf)));
        var value = own(leaves);
        (value * weights).sum().backward();
        return (value.detach(), Array.ConvertAll(leaves, leaf => leaf.grad!));
    }
}
