using Msf.Sampling;
using Msf.Tests.Modules;

namespace Msf.Tests.Sampling;

public sealed class WorkRatesTests
{
    [Fact]
    public void A_fit_finds_the_rates_that_times_were_made_with()
    {
        var rates = new WorkRates(2e-12, 6e-11, 3e-11, 3e-12, 4e-11, 3e-11, 5e-11, 1e-4, 6e-4);
        var cases =
            from width in (int[])[128, 384, 768]
            from depth in (int[])[2, 6]
            from size in (int[])[8, 16, 32]
            from batch in (int[])[1, 4, 16]
            from options in (bool[])[false, true]
            let transformer = Models.TransformerCostTests.DiT(width, depth, width / (depth == 2 ? 64 : 32), size)
            let work = ForwardWork.Of(options ? transformer with { Block = BlockOptionsTests.All } : transformer, batch, 2, 1, 1, 2, 8 << 20)
            select (work, work.Seconds(rates));
        Assert.All(rates.ToArray().Zip(WorkRates.Fit([.. cases]).ToArray()), pair => Assert.Equal(1, pair.Second / pair.First, 1e-3));
    }

    [Fact]
    public void A_solution_below_zero_is_cut_and_the_rest_fitted_again()
    {
        double[][] a = [[1, 1], [1, 2], [1, 3]];
        double[] b = [3, 2, 1];                                                               // 4 - x: a slope below zero
        Assert.Equal([2, 0], NonNegativeLeastSquares.Solve(a, b).Select(x => Math.Round(x, 9)));
        Assert.Equal([1, 2], NonNegativeLeastSquares.Solve(a, [3, 5, 7]).Select(x => Math.Round(x, 6)));
        Assert.Equal([0, 1], NonNegativeLeastSquares.Solve([[0, 1], [0, 2]], [1, 2]).Select(x => Math.Round(x, 9)));
    }
}
