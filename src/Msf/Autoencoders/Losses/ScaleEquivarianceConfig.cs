using System.Numerics;

namespace Msf.Autoencoders;

/// <summary>
/// Scale equivariance: the decoder of a downsampled latent shall give the downsampled image (Kouzelis et al. 2025, arXiv 2502.09509; Skorokhodov et al. 2025,
/// arXiv 2502.14831). A factorized model makes such a latent first, so it gains most.
/// </summary>
public sealed record ScaleEquivarianceConfig
{
    /// <summary>Weight of the reconstruction loss of the downsampled pair beside that of the pair itself; default 0.25.</summary>
    public double Weight { get; init; } = 0.25;

    /// <summary>Share of the steps that have the term, drawn anew each; default 1. The weight is not raised for the steps that have none.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Factors of the downsampling by area means, one of which is drawn in each step; powers of two, default 2 alone.</summary>
    public int[] Factors { get; init; } = [2];

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!(Weight > 0 && double.IsFinite(Weight))) errors.Add($"weight is {Weight}, expected more than 0; leave scaleEquivariance out to train without");
        if (!(Probability is > 0 and <= 1)) errors.Add($"probability is {Probability}, expected more than 0, at most 1");
        if (Factors.Length == 0 || Factors.Any(factor => factor < 2 || !BitOperations.IsPow2(factor)) || Factors.Distinct().Count() != Factors.Length)
            errors.Add($"factors is [{string.Join(", ", Factors)}], expected different powers of two, 2 or more");
        return errors;
    }
}
