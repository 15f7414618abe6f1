using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class ClassifierFreeGuidanceTests
{
    private static readonly float[] _conditional = [4, 8, 3, 1];
    private static readonly float[] _unconditional = [2, 9, 3, 5];

    [Theory]
    [InlineData(0, null, new float[] { 2, 9, 3, 5 })]
    [InlineData(1, null, new float[] { 4, 8, 3, 1 })]
    [InlineData(2.5, null, new float[] { 7, 6.5f, 3, -5 })]
    [InlineData(2.5, 3L, new float[] { 7, 6.5f, 3, 1 })]
    [InlineData(2.5, 1L, new float[] { 7, 8, 3, 1 })]
    [InlineData(2.5, 4L, new float[] { 7, 6.5f, 3, -5 })]
    [InlineData(2.5, 9L, new float[] { 7, 6.5f, 3, -5 })]
    public void Guided_channels_go_beyond_the_class_and_the_others_stay_with_it(double scale, long? guidedChannels, float[] expected)
    {
        using var scope = NewDisposeScope();
        var guided = ClassifierFreeGuidance.Combine(tensor(_conditional, [1, 4, 1, 1]), tensor(_unconditional, [1, 4, 1, 1]), scale, guidedChannels);
        Assert.Equal([1, 4, 1, 1], guided.shape);
        Assert.Equal(expected, guided.data<float>().ToArray());
    }

    [Theory]
    [InlineData(3.0)]
    [InlineData(0.5)]
    public void Rescaled_wholly_an_image_has_the_deviation_of_its_class_and_a_part_of_it_is_a_mixture(double scale)
    {
        using var scope = NewDisposeScope();
        var (conditional, weak) = (Pattern(0.3, 1.5), Pattern(0.1, 0.7));
        var plain = ClassifierFreeGuidance.Combine(conditional, weak, scale);
        Tensor Rescaled(double phi) => ClassifierFreeGuidance.Combine(conditional, weak, scale, null, phi);
        Assert.True((Deviation(plain) - Deviation(conditional)).abs().min().item<float>() > 0.05);
        TensorAssert.Close(Deviation(conditional), Deviation(Rescaled(1)), 1e-6);
        Assert.True(TensorAssert.Identical(plain, Rescaled(0)));
        TensorAssert.Close(plain * 0.3 + Rescaled(1) * 0.7, Rescaled(0.7), 1e-6);             // eq. 16
    }

    [Fact]
    public void Rescaling_leaves_channels_that_are_not_guided()
    {
        using var scope = NewDisposeScope();
        var (conditional, weak) = (Pattern(0.3, 1.5), Pattern(0.1, 0.7));
        var guided = ClassifierFreeGuidance.Combine(conditional, weak, 3, 2, 1);
        Assert.True(TensorAssert.Identical(conditional.narrow(1, 2, 2), guided.narrow(1, 2, 2)));
        TensorAssert.Close(Deviation(conditional.narrow(1, 0, 2)), Deviation(guided.narrow(1, 0, 2)), 1e-6);
    }

    [Fact]
    public void An_image_is_rescaled_alike_in_any_batch()
    {
        using var scope = NewDisposeScope();
        var (conditional, weak) = (Pattern(0.3, 1.5, side: 128), Pattern(0.1, 0.7, side: 128));  // large enough for libtorch to divide the sum of one image
        var together = ClassifierFreeGuidance.Combine(conditional, weak, 3, null, 0.7);
        for (var i = 0; i < 5; i++)
            Assert.True(TensorAssert.Identical(together.narrow(0, i, 1), ClassifierFreeGuidance.Combine(conditional.narrow(0, i, 1), weak.narrow(0, i, 1), 3, null, 0.7)));
    }

    [Fact]
    public void What_is_constant_stays_finite()
    {
        using var scope = NewDisposeScope();
        var flat = zeros(2, 3, 4, 4);
        Assert.True(TensorAssert.Identical(flat, ClassifierFreeGuidance.Combine(flat, flat, 3, null, 1)));
    }

    // Five images whose values differ in mean and spread.
    private static Tensor Pattern(double mean, double spread, int side = 8)
    {
        using var scope = NewDisposeScope();
        var values = (arange(5L * 4 * side * side, dtype: ScalarType.Float32) * (0.37 + spread)).sin().reshape(5, 4, side, side);
        return (values * linspace(0.5, 2, 5).reshape(5, 1, 1, 1) * spread + mean).MoveToOuterDisposeScope();
    }

    private static Tensor Deviation(Tensor x) => x.flatten(1).std(1, unbiased: false);
}
