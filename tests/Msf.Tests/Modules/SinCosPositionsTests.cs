using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class SinCosPositionsTests
{
    [Fact]
    public void A_code_is_the_column_then_the_row_sine_then_cosine()
    {
        using var codes = SinCosPositions.Create(rows: 3, columns: 5, width: 8);
        Assert.Equal([1, 15, 8], codes.shape);
        for (var row = 0; row < 3; row++)
            for (var column = 0; column < 5; column++)
            {
                // Two frequencies for each of the two coordinates: 1 and 10000^(-1/2).
                double[] expected =
                [
                    Math.Sin(column), Math.Sin(column / 100.0), Math.Cos(column), Math.Cos(column / 100.0),
                    Math.Sin(row), Math.Sin(row / 100.0), Math.Cos(row), Math.Cos(row / 100.0),
                ];
                using var code = codes[0, row * 5 + column];
                Assert.Equal(expected, code.data<float>().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-6);
            }
    }

    [Fact]
    public void Every_place_has_a_code_of_its_own()
    {
        using var scope = NewDisposeScope();
        var codes = SinCosPositions.Create(rows: 4, columns: 7, width: 16)[0];                // (N, D)
        var distances = (codes.unsqueeze(0) - codes.unsqueeze(1)).square().sum(-1) + eye(28) * 100;
        Assert.True(distances.min().item<float>() > 0.01);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(30)]
    public void A_width_that_is_no_multiple_of_four_is_refused(int width) =>
        Assert.Contains($"width is {width}", Assert.Throws<ArgumentException>(() => SinCosPositions.Create(2, 2, width)).Message, StringComparison.Ordinal);
}
