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
}
