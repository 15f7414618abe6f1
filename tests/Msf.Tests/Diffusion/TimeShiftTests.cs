using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class TimeShiftTests
{
    public static TheoryData<double> Shifts() => [0.05, 0.5, 1, 3, 20];

    [Theory]
    [MemberData(nameof(Shifts))]
    public void It_is_equation_23_in_the_noise_level_and_adds_to_the_logit(double shift)
    {
        for (var t = 0.01; t < 0.995; t += 0.01)
        {
            var (s, shifted) = (1 - t, TimeShift.Apply(t, shift));
            Assert.Equal(shift * s / (1 + (shift - 1) * s), 1 - shifted, 1e-12);
            Assert.Equal(Math.Log(t / s) - Math.Log(shift), Math.Log(shifted / (1 - shifted)), 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Shifts))]
    public void The_inverse_shift_undoes_it(double shift)
    {
        for (var percent = 0; percent <= 100; percent++)
            Assert.Equal(percent / 100.0, TimeShift.Apply(TimeShift.Apply(percent / 100.0, shift), 1 / shift), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Shifts))]
    public void It_keeps_the_order_of_times(double shift)
    {
        for (var t = 0.0; t < 0.995; t += 0.01) Assert.True(TimeShift.Apply(t, shift) < TimeShift.Apply(t + 0.01, shift));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_ends_stay_and_a_shift_above_1_moves_towards_noise(double shift)
    {
        Assert.Equal(0, TimeShift.Apply(0, shift));
        Assert.Equal(1, TimeShift.Apply(1, shift));
        Assert.Equal(Math.Sign(1 - shift), Math.Sign(TimeShift.Apply(0.5, shift) - 0.5));
    }

    [Fact]
    public void Tensors_and_numbers_agree()
    {
        using var scope = NewDisposeScope();
        var t = linspace(0, 1, 17, dtype: ScalarType.Float64);
        var shifted = TimeShift.Apply(t, 3);
        for (var i = 0; i < 17; i++) Assert.Equal(TimeShift.Apply(t[i].item<double>(), 3), shifted[i].item<double>(), 1e-12);
    }

    [Fact]
    public void Four_times_the_tokens_need_shift_2()
    {
        Assert.Equal(2, TimeShift.ForResolution(1024, 256));
        Assert.Equal(0.5, TimeShift.ForResolution(64, 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimeShift.ForResolution(0, 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimeShift.ForResolution(256, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Shifts_that_are_none_are_refused(double shift)
    {
        using var t = zeros(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => TimeShift.Apply(0.5, shift));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimeShift.Apply(t, shift));
    }
}
