namespace Msf.Sampling;

/// <summary>Seconds that a machine takes for each unit of <see cref="ForwardWork"/>, in the same order.</summary>
/// <param name="Products">A multiply-add of tokens and weights.</param>
/// <param name="Weights">A number of the weights.</param>
/// <param name="StreamedWeights">A number of the weights that comes from memory.</param>
/// <param name="Attention">A multiply-add of queries, keys and values.</param>
/// <param name="Softmax">An attention weight.</param>
/// <param name="Passes">A number read or written.</param>
/// <param name="Options">A number that options of the block read or write.</param>
/// <param name="Blocks">A block's operations.</param>
/// <param name="Evaluations">What an evaluation takes beside its blocks.</param>
public sealed record WorkRates(
    double Products, double Weights, double StreamedWeights, double Attention, double Softmax, double Passes, double Options, double Blocks, double Evaluations)
{
    /// <summary>The seconds in order.</summary>
    internal double[] ToArray() => [Products, Weights, StreamedWeights, Attention, Softmax, Passes, Options, Blocks, Evaluations];

    /// <summary>Rates out of seconds in order.</summary>
    internal static WorkRates Of(double[] seconds) =>
        new(seconds[0], seconds[1], seconds[2], seconds[3], seconds[4], seconds[5], seconds[6], seconds[7], seconds[8]);

    /// <summary>The rates that explain measured times best, relative errors squared, none below zero.</summary>
    /// <param name="cases">Work and seconds of each, at least one.</param>
    internal static WorkRates Fit(IReadOnlyList<(ForwardWork Work, double Seconds)> cases)
    {
        var rows = cases.Select(what => what.Work.ToArray().Select(amount => amount / what.Seconds).ToArray()).ToArray();
        return Of(NonNegativeLeastSquares.Solve(rows, [.. Enumerable.Repeat(1.0, cases.Count)]));
    }
}
