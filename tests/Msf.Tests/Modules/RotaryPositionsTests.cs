using Msf.Modules;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class RotaryPositionsTests
{
    private static Tensor Normal(int stage, params long[] shape) => SeededNoise.Normal(7, stage, [0], shape, CPU)[0];

    [Theory]
    [InlineData(new[] { 6 }, 8)]
    [InlineData(new[] { 4, 7 }, 16)]
    [InlineData(new[] { 3, 2, 4 }, 12)]
    public void A_score_depends_on_the_difference_of_places_alone(int[] grid, int headSize)
    {
        using var scope = NewDisposeScope();
        using var positions = new RotaryPositions(grid, headSize);
        var tokens = grid.Aggregate((a, b) => a * b);
        var query = positions.Rotate(Normal(0, headSize).expand(tokens, headSize));           // the same query at every place
        var key = positions.Rotate(Normal(1, headSize).expand(tokens, headSize));
        var scores = query.mm(key.t());                                                       // (N, N)
        var byDifference = new Dictionary<string, float>();
        for (var i = 0; i < tokens; i++)
            for (var j = 0; j < tokens; j++)
            {
                var difference = string.Join(",", Places(i, grid).Zip(Places(j, grid), (a, b) => a - b));
                var score = scores[i, j].item<float>();
                Assert.Equal(byDifference.TryGetValue(difference, out var known) ? known : byDifference[difference] = score, score, 1e-4f);
            }
        Assert.Equal(byDifference.Count, byDifference.Values.Select(value => MathF.Round(value, 6)).Distinct().Count());
    }

    [Fact]
    public void Pairs_of_neighbours_turn_by_place_times_frequency_rows_first()
    {
        using var scope = NewDisposeScope();
        int[] grid = [3, 5];
        const int headSize = 8;
        using var positions = new RotaryPositions(grid, headSize);
        var x = Normal(0, 2, 15, headSize);
        var actual = positions.Rotate(x);
        for (var token = 0; token < 15; token++)
        {
            // Two pairs for the row, two for the column, with frequencies 1 and 10000^(-1/2).
            var places = Places(token, grid);
            double[] angles = [places[0], places[0] / 100.0, places[1], places[1] / 100.0];
            for (var pair = 0; pair < 4; pair++)
            {
                var (a, b) = (x[1, token, 2 * pair].item<float>(), x[1, token, 2 * pair + 1].item<float>());
                var (sine, cosine) = Math.SinCos(angles[pair]);
                Assert.Equal(a * cosine - b * sine, actual[1, token, 2 * pair].item<float>(), 1e-5);
                Assert.Equal(a * sine + b * cosine, actual[1, token, 2 * pair + 1].item<float>(), 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.BFloat16, 1e-2)]
    public void Lengths_and_types_stay(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var positions = new RotaryPositions([4, 6], 16);
        var x = Normal(0, 2, 3, 24, 16).to(type);
        var turned = positions.Rotate(x);
        Assert.Equal(type, turned.dtype);
        TensorAssert.Close(x.to(ScalarType.Float32).norm(-1), turned.to(ScalarType.Float32).norm(-1), tolerance);
        Assert.True(TensorAssert.Identical(x.select(-2, 0), turned.select(-2, 0)), "the first place turns");
    }

    [Fact]
    public void Its_gradient_is_the_difference_of_the_function()
    {
        using var scope = NewDisposeScope();
        using var positions = new RotaryPositions([2, 3], 8);
        var x = Normal(0, 2, 6, 8).to(ScalarType.Float64).requires_grad_();
        var weights = Normal(1, 2, 6, 8);
        FiniteDifferences.Agree(() => (positions.Rotate(x) * weights).sum(), [("x", x)]);
    }

    [Fact]
    public void What_sampling_made_training_may_use()
    {
        using var scope = NewDisposeScope();
        RotaryPositions positions;
        using (inference_mode()) positions = new RotaryPositions([2, 2], 4);
        using var owned = positions;
        var x = Normal(0, 4, 4).requires_grad_();
        positions.Rotate(x).sum().backward();
        Assert.NotNull(x.grad);
    }

    [Theory]
    [InlineData(6, 2)]
    [InlineData(8, 3)]
    [InlineData(0, 2)]
    public void A_head_that_the_axes_cannot_share_is_refused(int headSize, int axes)
    {
        Assert.False(RotaryPositions.Fits(headSize, axes));
        var error = Assert.Throws<ArgumentException>(() => new RotaryPositions(Enumerable.Repeat(2, axes).ToArray(), headSize));
        Assert.Contains($"a head has {headSize} channels", error.Message, StringComparison.Ordinal);
        Assert.Contains($"multiple of {2 * axes}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_number_of_tokens_is_refused()
    {
        using var scope = NewDisposeScope();
        using var positions = new RotaryPositions([2, 3], 8);
        Assert.Contains("(2, 5, 8), expected (..., 6, 8)", Assert.Throws<ArgumentException>(() => positions.Rotate(zeros(2, 5, 8))).Message, StringComparison.Ordinal);
        Assert.Contains("(6, 4), expected (..., 6, 8)", Assert.Throws<ArgumentException>(() => positions.Rotate(zeros(6, 4))).Message, StringComparison.Ordinal);
    }

    private static int[] Places(int token, int[] grid)
    {
        var places = new int[grid.Length];
        for (var axis = grid.Length - 1; axis >= 0; axis--) (places[axis], token) = (token % grid[axis], token / grid[axis]);
        return places;
    }
}
