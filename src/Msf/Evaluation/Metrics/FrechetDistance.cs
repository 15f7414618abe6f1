namespace Msf.Evaluation;

/// <summary>The Frechet distance of two Gaussians with the moments of features (Heusel et al. 2017): with the Inception network of its authors the FID.</summary>
public static class FrechetDistance
{
    /// <summary>Distance of two moments. For many distances from one reference take <see cref="FrechetReference"/>, which computes its root once.</summary>
    /// <param name="reference">Moments of the data.</param>
    /// <param name="samples">Moments of what is judged, of the same width.</param>
    /// <exception cref="ArgumentException">The widths differ.</exception>
    public static FrechetResult Between(FeatureMoments reference, FeatureMoments samples)
    {
        using var prepared = new FrechetReference(reference);
        return prepared.DistanceTo(samples);
    }
}
