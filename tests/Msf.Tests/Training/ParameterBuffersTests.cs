using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public sealed class ParameterBuffersTests
{
    [Fact]
    public void The_network_computes_with_the_buffer_and_its_gradients_arrive_in_the_other()
    {
        using var scope = NewDisposeScope();
        using var layers = nn.Sequential(("first", nn.Linear(2, 3)), ("second", nn.Linear(3, 1)));
        var parameters = new FlatParameters(layers);
        var before = parameters.Gather();
        using var buffers = new ParameterBuffers(parameters);
        Assert.True(TensorAssert.Identical(before, parameters.Gather()));
        Assert.True(TensorAssert.Identical(before, buffers.Values));

        buffers.Set(zeros_like(before));
        Assert.Equal(0f, layers.call(ones(1, 2)).item<float>());
        buffers.Set(before);
        for (var pass = 1; pass <= 2; pass++)
        {
            layers.call(ones(1, 2)).sum().backward();
            var second = parameters.Unflatten(buffers.Gradients);
            Assert.Equal(pass, second["second.bias"].item<float>());                          // a second pass adds
            Assert.True(TensorAssert.Identical(parameters.GatherGradients(), buffers.Gradients));
        }
        buffers.ClearGradients();
        Assert.Equal(0f, parameters.GatherGradients().abs().sum().item<float>());
    }
}
