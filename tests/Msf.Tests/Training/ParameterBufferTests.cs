using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public sealed class ParameterBufferTests
{
    [Fact]
    public void The_network_computes_with_the_buffer()
    {
        using var scope = NewDisposeScope();
        using var layers = nn.Sequential(("first", nn.Linear(2, 3)), ("second", nn.Linear(3, 1)));
        var parameters = new FlatParameters(layers);
        var before = parameters.Gather();
        using var buffer = new ParameterBuffer(parameters);
        Assert.True(TensorAssert.Identical(before, parameters.Gather()));
        Assert.True(TensorAssert.Identical(before, buffer.Values));
        buffer.Set(zeros_like(before));
        Assert.Equal(0f, layers.call(ones(1, 2)).item<float>());
        buffer.Set(before);
        Assert.NotEqual(0f, layers.call(ones(1, 2)).item<float>());
    }
}
