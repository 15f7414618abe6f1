using Msf.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

/// <summary>
/// The convolutions against float64, value and gradients, in both layouts. libtorch's own fails here: with channels first for 24 inputs or 3 outputs, with channels
/// last and size 1 for 40 outputs.
/// </summary>
public sealed class ImageConvolutionTests
{
    [Theory]
    [InlineData(3, 64, 3, 1, 1)]
    [InlineData(24, 24, 3, 1, 1)]
    [InlineData(24, 24, 3, 2, 0)]
    [InlineData(20, 40, 4, 2, 1)]
    [InlineData(64, 3, 3, 1, 1)]
    [InlineData(48, 8, 3, 2, 1)]
    [InlineData(1, 5, 3, 1, 1)]
    [InlineData(128, 3, 3, 1, 1)]
    public void It_is_the_convolution_in_float64(int inputs, int outputs, int size, int stride, int padding)
    {
        using var scope = NewDisposeScope();
        using var layer = new ImageConvolution(inputs, outputs, size, stride, padding);
        Check(layer, inputs, (x, w, b) => nn.functional.conv2d(x, w, b, [stride, stride], [padding, padding]));
    }

    // libtorch's own fails for every one of these but the last, which has multiples of 16.
    [Theory]
    [InlineData(32, 3, 3, 1)]
    [InlineData(64, 1, 4, 1)]
    [InlineData(1, 24, 3, 1)]
    [InlineData(3, 3, 4, 2)]
    [InlineData(16, 48, 3, 2)]
    public void In_bfloat16_it_is_the_convolution_of_the_rounded_numbers_and_the_same_every_time(int inputs, int outputs, int size, int stride)
    {
        using var scope = NewDisposeScope();
        using var layer = new ImageConvolution(inputs, outputs, size, stride);
        layer.to(ScalarType.BFloat16);
        var (values, weight, bias) = (randn(8, inputs, 24, 24).bfloat16(), layer.Weight, layer.state_dict()["bias"]);
        var (x64, w64) = (Wide(values), Wide(weight));
        var y64 = nn.functional.conv2d(x64, w64, Wide(bias), [stride, stride], [1L, 1]);
        var gradient = randn(y64.shape).bfloat16();
        y64.backward([gradient.to(ScalarType.Float64)]);
        Tensor? first = null;
        for (var time = 0; time < 3; time++)
        {
            layer.zero_grad();
            var x = values.clone().requires_grad_(true);
            var y = layer.call(x);
            y.backward([gradient]);
            TensorAssert.Close(y64, y, 0.01);
            TensorAssert.Close(x64.grad!, x.grad!, 0.01);
            TensorAssert.Close(w64.grad!, weight.grad!, 0.01);
            Assert.True(TensorAssert.Identical(first ??= x.grad!, x.grad!));
        }
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(64, 40)]
    [InlineData(96, 40)]
    [InlineData(64, 20)]
    [InlineData(6, 3)]
    public void Of_size_1_it_is_a_product(int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var layer = new PointwiseConvolution(inputs, outputs);
        Check(layer, inputs, (x, w, b) => nn.functional.conv2d(x, w, b));
    }

    private static void Check(nn.Module<Tensor, Tensor> layer, int inputs, Func<Tensor, Tensor, Tensor, Tensor> convolve)
    {
        var parameters = layer.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (var batch in new[] { 1, 3 })
        {
            foreach (var channelsLast in new[] { false, true })
            {
                layer.zero_grad();
                var values = randn(batch, inputs, 17, 16);
                var x = (channelsLast ? ImageConvolution.ChannelsLast(values) : values).requires_grad_(true);
                var y = layer.call(x);
                var gradient = randn(y.shape);
                y.backward([gradient]);
                var (x64, w64, b64) = (Wide(x), Wide(parameters["weight"]), Wide(parameters["bias"]));
                var y64 = convolve(x64, w64, b64);
                y64.backward([gradient.to(ScalarType.Float64)]);
                TensorAssert.Close(y64, y, 1e-5);
                TensorAssert.Close(x64.grad!, x.grad!, 1e-5);
                TensorAssert.Close(w64.grad!, parameters["weight"].grad!, 1e-5);
                TensorAssert.Close(b64.grad!, parameters["bias"].grad!, 1e-5);
            }
        }
    }

    private static Tensor Wide(Tensor x) => x.detach().to(ScalarType.Float64).requires_grad_(true);
}
