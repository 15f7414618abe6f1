using System.Runtime.Intrinsics;
using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class VectorExpTests
{
    [Fact]
    public void It_is_the_exponential_to_a_few_units_in_the_last_place()
    {
        var worst = 0.0;
        for (var x = -86.9f; x < 87.9f; x += 0.00371f)
        {
            var exact = Math.Exp(x);
            worst = Math.Max(worst, Math.Abs(VectorExp.Of(Vector512.Create(x))[3] - exact) / exact);
        }
        Assert.True(worst < 2e-7, $"relative error {worst:E2}");
    }

    [Fact]
    public void For_bfloat16_it_is_exact_to_a_two_hundredth_of_the_rounding()
    {
        var worst = 0.0;
        for (var x = -86.9f; x < 87.9f; x += 0.00371f)
        {
            var exact = Math.Exp(x);
            worst = Math.Max(worst, Math.Abs(VectorExp.Of(Vector512.Create(x), half: true)[3] - exact) / exact);
        }
        Assert.True(worst < 1e-5, $"relative error {worst:E2}");
        Assert.Equal([1f, float.PositiveInfinity, float.NaN], new[] { 0f, 1000f, float.NaN }.Select(x => VectorExp.Of(Vector512.Create(x), half: true)[7]));
        Assert.InRange(VectorExp.Of(Vector512.Create(float.NegativeInfinity), half: true)[0], 0f, 2e-38f);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(1000f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Its_ends_are_those_of_the_exponential(float x, float expected) => Assert.Equal(expected, VectorExp.Of(Vector512.Create(x))[15]);

    [Theory]
    [InlineData(-1000f)]
    [InlineData(float.NegativeInfinity)]
    public void Below_all_normal_numbers_it_is_as_good_as_zero(float x) => Assert.InRange(VectorExp.Of(Vector512.Create(x))[0], 0f, 2e-38f);
}
