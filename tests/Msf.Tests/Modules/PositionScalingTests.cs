using Msf.Modules;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

/// <summary>Positions on grids that a network was not trained on, held against what their formulas say.</summary>
public sealed class PositionScalingTests
{
    private const int Width = 16;
    private const int Frequencies = Width / 4;                                                // of an axis

    private static Tensor Normal(int stage, params long[] shape) => SeededNoise.Normal(9, stage, [0], shape, CPU)[0];

    [Theory]
    [InlineData(PositionScaling.Interpolation)]
    [InlineData(PositionScaling.Extrapolation)]
    [InlineData(PositionScaling.NtkAware)]
    public void On_the_trained_grid_nothing_changes(PositionScaling scaling)
    {
        using var scope = NewDisposeScope();
        Assert.True(TensorAssert.Identical(SinCosPositions.Create(3, 5, Width), SinCosPositions.Create(3, 5, Width, 3, 5, scaling)));
        using var plain = new RotaryPositions([3, 5], Width);
        using var scaled = new RotaryPositions([3, 5], Width, [3, 5], scaling);
        var x = Normal(0, 15, Width);
        Assert.True(TensorAssert.Identical(plain.Rotate(x), scaled.Rotate(x)));
    }

    [Fact]
    public void Interpolated_to_twice_the_size_patches_lie_at_the_quarters_of_the_trained_ones()
    {
        using var scope = NewDisposeScope();
        var codes = SinCosPositions.Create(6, 5, Width, 3, 5, PositionScaling.Interpolation);
        double[] rows = [-0.25, 0.25, 0.75, 1.25, 1.75, 2.25];
        for (var row = 0; row < 6; row++)
            for (var column = 0; column < 5; column++)
                RequireCode(codes[0, row * 5 + column], rows[row], column, 10000, 10000);
        // A row in the middle of two is where the trained codes' angles have their mean: neighbours are half as far apart.
        using var trained = SinCosPositions.Create(3, 5, Width);
        Assert.True((codes[0, 5] - codes[0, 10]).norm().item<float>() < 0.6f * (trained[0, 0] - trained[0, 5]).norm().item<float>());
    }

    [Fact]
    public void Extrapolated_the_trained_part_keeps_its_codes_and_the_rest_goes_on()
    {
        using var scope = NewDisposeScope();
        var (codes, trained) = (SinCosPositions.Create(4, 7, Width, 3, 5, PositionScaling.Extrapolation), SinCosPositions.Create(3, 5, Width));
        Assert.True(TensorAssert.Identical(trained.reshape(3, 5, Width), codes.reshape(4, 7, Width).narrow(0, 0, 3).narrow(1, 0, 5)));
        RequireCode(codes[0, 3 * 7 + 6], 3, 6, 10000, 10000);
    }

    [Fact]
    public void Ntk_aware_scaling_keeps_the_fastest_frequency_and_stretches_the_slowest_by_the_ratio()
    {
        using var scope = NewDisposeScope();
        var codes = SinCosPositions.Create(6, 5, Width, 3, 5, PositionScaling.NtkAware);      // rows twice as many, columns as trained
        var period = 10000 * Math.Pow(2, 4.0 / 3);
        RequireCode(codes[0, 4 * 5 + 3], 4, 3, period, 10000);
        Assert.Equal(Math.Pow(10000, -3.0 / 4) / 2, Math.Pow(period, -3.0 / 4), 1e-12);       // b'^(-3/4) = b^(-3/4) / 2: the formula's purpose
    }

    [Theory]
    [InlineData(PositionScaling.Interpolation)]
    [InlineData(PositionScaling.Extrapolation)]
    [InlineData(PositionScaling.NtkAware)]
    public void Turned_scores_depend_on_differences_alone_on_another_grid_too(PositionScaling scaling)
    {
        using var scope = NewDisposeScope();
        const int rows = 5, columns = 4;
        using var positions = new RotaryPositions([rows, columns], Width, [3, 6], scaling);
        var query = positions.Rotate(Normal(0, Width).expand(rows * columns, Width));
        var key = positions.Rotate(Normal(1, Width).expand(rows * columns, Width));
        var scores = query.mm(key.t()).reshape(rows, columns, rows, columns);
        for (var down = 0; down < rows - 1; down++)
            for (var right = 0; right < columns - 1; right++)
                Assert.Equal(scores[0, 0, down, right].item<float>(), scores[1, 1, down + 1, right + 1].item<float>(), 1e-4f);
    }

    [Fact]
    public void Interpolated_turns_of_twice_the_length_are_the_trained_ones_half_as_far_apart()
    {
        using var scope = NewDisposeScope();
        using var trained = new RotaryPositions([4], 8);
        using var positions = new RotaryPositions([8], 8, [4], PositionScaling.Interpolation);
        var (q, k) = (Normal(0, 8), Normal(1, 8));
        Tensor Scores(RotaryPositions by, int tokens) => by.Rotate(q.expand(tokens, 8)).mm(by.Rotate(k.expand(tokens, 8)).t());
        var (before, now) = (Scores(trained, 4), Scores(positions, 8));
        for (var difference = 0; difference < 4; difference++)
            Assert.Equal(before[0, difference].item<float>(), now[0, 2 * difference].item<float>(), 1e-4f);
    }

    [Fact]
    public void Ntk_aware_turns_have_the_scaled_base_and_a_single_frequency_none()
    {
        using var scope = NewDisposeScope();
        using var positions = new RotaryPositions([8], 8, [4], PositionScaling.NtkAware);
        var x = zeros(8, 8);
        x.select(1, 6).fill_(1);                                                              // the real part of the slowest pair
        Assert.Equal(Math.Cos(7 * Math.Pow(10000, -3.0 / 4) / 2), positions.Rotate(x)[7, 6].item<float>(), 1e-6);
        using var single = new RotaryPositions([8], 2, [4], PositionScaling.NtkAware);
        Assert.Equal(Math.Cos(7), single.Rotate(ones(8, 2).mul(tensor([1f, 0f])))[7, 0].item<float>(), 1e-5);
    }

    [Fact]
    public void Grids_of_another_number_of_axes_are_refused() =>
        Assert.Contains("2 axes, that of training 1", Assert.Throws<ArgumentException>(() => new RotaryPositions([2, 3], 8, [2], default)).Message, StringComparison.Ordinal);

    private static void RequireCode(Tensor code, double row, double column, double rowPeriod, double columnPeriod)
    {
        for (var i = 0; i < Frequencies; i++)
        {
            var (across, down) = (column * Math.Pow(columnPeriod, -(double)i / Frequencies), row * Math.Pow(rowPeriod, -(double)i / Frequencies));
            double[] expected = [Math.Sin(across), Math.Cos(across), Math.Sin(down), Math.Cos(down)];
            for (var part = 0; part < 4; part++) Assert.Equal(expected[part], code[part * Frequencies + i].item<float>(), 1e-5);
        }
    }
}
