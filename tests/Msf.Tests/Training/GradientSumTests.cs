using Msf.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public sealed class GradientSumTests
{
    [Theory]
    [InlineData(1, ScalarType.Float32, ScalarType.Float32)]
    [InlineData(3, ScalarType.Float32, ScalarType.Float32)]
    [InlineData(1, ScalarType.BFloat16, ScalarType.BFloat16)]
    [InlineData(2, ScalarType.BFloat16, ScalarType.BFloat16)]
    [InlineData(3, ScalarType.BFloat16, ScalarType.Float32)]
    public void It_is_the_sum_of_what_stands_at_the_parameters(int count, ScalarType type, ScalarType to)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var networks = Enumerable.Range(0, count).Select(_ => Network(type)).ToArray();
        var sum = new GradientSum(networks.Select(network => new FlatParameters(network)));
        var result = ones(new FlatParameters(networks[0]).Length, to);
        var (expected, total) = (zeros_like(result, ScalarType.Float32), zeros_like(result, ScalarType.Float32));
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var network in networks)
            {
                foreach (var (name, parameter) in network.named_parameters())
                    if (name != "second.bias") parameter.grad = randn(parameter.shape, generator: generator).to_type(type);
                total += new FlatParameters(network).GatherGradients();
            }
            var norm = sum.Into(result, add: pass > 0);
            expected = pass > 0 && to == ScalarType.BFloat16 ? (expected + total).to_type(to).to_type(ScalarType.Float32) : expected + total;
            TensorAssert.Close(expected, result.to_type(ScalarType.Float32), to == ScalarType.BFloat16 ? 4e-3 : 1e-6);
            Assert.Equal(1, norm / result.to_type(ScalarType.Float64).norm().item<double>(), to == ScalarType.BFloat16 ? 1e-3 : 1e-6);
            (expected, total) = (result.to_type(ScalarType.Float32).clone(), zeros_like(total));
            sum.Clear();
            Assert.All(networks.SelectMany(network => network.parameters()), parameter => Assert.Null(parameter.grad));
        }
        foreach (var network in networks) network.Dispose();
    }

    [Fact]
    public void A_gradient_that_is_not_finite_shows_in_the_norm()
    {
        using var scope = NewDisposeScope();
        using var network = Network(ScalarType.BFloat16);
        var sum = new GradientSum([new FlatParameters(network)]);
        var result = zeros(new FlatParameters(network).Length, ScalarType.BFloat16);
        foreach (var parameter in network.parameters()) parameter.grad = zeros_like(parameter);
        Assert.Equal(0, sum.Into(result, add: false));
        using (no_grad()) network.parameters().Last().grad![0].fill_(float.NaN);
        Assert.False(double.IsFinite(sum.Into(result, add: false)));
    }

    [Fact]
    public void Tensors_stay_flat()
    {
        using var network = Network(ScalarType.BFloat16);
        var sum = new GradientSum([new FlatParameters(network)]);
        using var result = zeros(new FlatParameters(network).Length, ScalarType.BFloat16);
        LiveTensors.StayFlat(3, () =>
        {
            using var scope = NewDisposeScope();
            network.call(ones([2, 130], ScalarType.BFloat16)).sum().backward();
            Assert.True(sum.Into(result, add: false) > 0);
            sum.Clear();
        });
    }

    // More than a piece, and rests of vectors.
    private static Sequential Network(ScalarType type)
    {
        var network = nn.Sequential(("first", nn.Linear(130, 131)), ("second", nn.Linear(131, 3)));
        network.to(type);
        return network;
    }
}
