using System.Reflection;
using Msf.Runtime;
using Msf.Tests.Shared;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class HeldScalarTests
{
    /// <summary>TorchSharp's own methods that wrap a number and do not hold it: whoever calls them can meet a freed wrapper.</summary>
    private static readonly HashSet<MethodBase> _unheld = CalledMethods.Reaching(typeof(torch).Assembly, MakesScalar);

    [Fact]
    public void The_library_calls_nothing_that_makes_a_scalar_and_lets_it_go()
    {
        // It gives the network a wrapper that it holds; TorchSharp would make one of a number.
        var holds = typeof(HeldScalar).GetMethod(nameof(HeldScalar.CallWithFlags));
        Assert.NotNull(holds);
        var calls = CalledMethods.Of(typeof(HeldScalar).Assembly).Where(method => method != holds)
            .SelectMany(method => CalledMethods.By(method).Where(_unheld.Contains).Select(called => $"{method.DeclaringType}.{method} calls {called}"));
        Assert.Empty(calls);
    }

    [Fact]
    public void The_scanner_sees_a_sum_of_tensors_and_a_square()
    {
        var own = CalledMethods.By(((Func<Tensor, Tensor>)Planted).Method).ToArray();
        Assert.Equal(["op_Addition", "square"], own.Where(_unheld.Contains).Select(method => method.Name).Distinct());
    }

    [Fact]
    public void It_is_ordinary_arithmetic()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, -2, 3 });
        Assert.Equal([3f, 0, 5], x.Plus(2).data<float>().ToArray());
        Assert.Equal([2f, -4, 6], x.Plus(x).data<float>().ToArray());
        Assert.Equal([1f, 4, -1], x.SubtractedFrom(2).data<float>().ToArray());
        Assert.Equal([1f, 4, 9], x.Squared().data<float>().ToArray());
        Assert.Equal([0.5f, -1, 1.5f], x.Times(0.5).data<float>().ToArray());
        x.AddInPlace(1);
        Assert.Equal([2f, -1, 4], x.data<float>().ToArray());
    }

    private static Tensor Planted(Tensor x) => (x + x).square();

    private static bool MakesScalar(MethodBase method) =>
        (method.DeclaringType == typeof(Scalar) && method.Name == "op_Implicit") || method.DeclaringType == typeof(ScalarExtensionMethods);
}
