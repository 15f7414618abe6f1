using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class Float32ProductsTests
{
    [Fact]
    public void Both_ways_give_the_product_and_its_gradients()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var (x, w, weights) = (randn([2, 33, 32], generator: generator), randn([48, 32], generator: generator), randn([2, 33, 48], generator: generator));
        var exact = new[] { x, w }.Select(t => t.to_type(ScalarType.Float64).requires_grad_(true)).ToArray();
        var expected = nn.functional.linear(exact[0], exact[1]);
        (expected * weights).sum().backward();
        var (own, weight) = (x.requires_grad_(true), w.requires_grad_(true));
        var actual = Float32Products.Convolve(own, weight);
        Assert.True(actual.is_contiguous());
        (actual * weights).sum().backward();
        TensorAssert.Close(expected.detach(), actual.detach(), 2e-6);
        TensorAssert.Close(exact[0].grad!, own.grad!, 2e-6);
        TensorAssert.Close(exact[1].grad!, weight.grad!, 2e-6);
    }

    [Theory]
    [InlineData(1.0, 1.0, ProductRoute.Linear)]
    [InlineData(1.1, 1.0, ProductRoute.Linear)]
    [InlineData(1.2, 1.0, ProductRoute.Convolution)]
    public void The_convolution_must_be_plainly_faster(double linear, double convolution, ProductRoute expected) =>
        Assert.Equal(expected, Float32Products.Choose(linear, convolution));

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("auto", null)]
    [InlineData("Linear", ProductRoute.Linear)]
    [InlineData("convolution", ProductRoute.Convolution)]
    public void The_environment_may_decide(string? value, ProductRoute? expected) => Assert.Equal(expected, Float32Products.Stated(value));

    [Fact]
    public void Anything_else_is_refused_in_one_line() => Assert.Equal(
        "MSF_FLOAT32_PRODUCT is \"fast\"; expected linear, convolution or auto.",
        Assert.Throws<ArgumentException>(() => Float32Products.Stated("fast")).Message);

    [Fact]
    public void A_measurement_comes_to_a_choice() => Assert.True(Enum.IsDefined(Float32Products.Measure()));
}
