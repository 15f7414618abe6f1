namespace Msf.Factorization;

/// <summary>Mean and standard deviation of every channel of one component or condition, as measured on training data.</summary>
public sealed record ChannelStatistics
{
    /// <summary>Mean of each channel, in the unit of the target.</summary>
    public required double[] Mean { get; init; }

    /// <summary>Standard deviation of each channel (of the population: divided by n), in the unit of the target, above 0.</summary>
    public required double[] StandardDeviation { get; init; }

    /// <summary>Mean 0 and standard deviation 1: standardising with it changes nothing.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one channel.</exception>
    public static ChannelStatistics Identity(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        var ones = new double[channels];
        Array.Fill(ones, 1);
        return new ChannelStatistics { Mean = new double[channels], StandardDeviation = ones };
    }

    /// <summary>Checks that every channel has a finite mean and a finite standard deviation above 0.</summary>
    /// <param name="name">What these are the statistics of, for the messages.</param>
    /// <param name="channels">How many channels there must be.</param>
    /// <returns>All errors, one line each.</returns>
    public IReadOnlyList<string> Validate(string name, int channels)
    {
        var errors = new List<string>();
        if (Mean.Length != channels || StandardDeviation.Length != channels)
            errors.Add($"{name} has {Mean.Length} means and {StandardDeviation.Length} standard deviations, expected {channels}, one per channel.");
        if (!Mean.All(double.IsFinite)) errors.Add($"{name} has a mean that is not finite: measure the statistics again.");
        if (!StandardDeviation.All(deviation => double.IsFinite(deviation) && deviation > 0))
            errors.Add($"{name} has a standard deviation that is not finite or not above 0: measure the statistics again.");
        return errors;
    }
}
