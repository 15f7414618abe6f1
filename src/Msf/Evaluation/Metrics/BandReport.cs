namespace Msf.Evaluation;

/// <summary>Energies of samples against the data's: where a model puts too much or too little.</summary>
public sealed record BandReport
{
    /// <summary>Of the components of the factorization, coarsest first: the base about its mean, then the residuals.</summary>
    public required BandEnergy[] Components { get; init; }

    /// <summary>Of radial frequencies, in cycles an image: 0 is the square of the mean colour, the last holds the corners too. They add up to the mean square of the pixels.</summary>
    public required BandEnergy[] Frequencies { get; init; }
}
