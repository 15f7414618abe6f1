using Msf.Factorization;

namespace Msf.Evaluation;

/// <summary>What an evaluation measures, and how. Reference and samples are gathered with the same.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The figures. Default all; what network or data do not allow is left out, and the report says why.</summary>
    public MetricKind[] Metrics { get; init; } = Enum.GetValues<MetricKind>();

    /// <summary>
    /// Most images of a set of which features, probabilities and small pixels are kept, 4 (D + K) + 3 side² bytes each (0.6 GB for 50,000 of a network with 2,048 features
    /// and 1,000 classes); of more a random choice. Mean and covariance are always of all. Default 50,000. 0 leaves the moments and the bands alone.
    /// </summary>
    public int Keep { get; init; } = 50_000;

    /// <summary>k of improved precision and recall. Default 3.</summary>
    public int PrecisionNeighbours { get; init; } = 3;

    /// <summary>k of density and coverage. Default 5.</summary>
    public int CoverageNeighbours { get; init; } = 5;

    /// <summary>Parts of the Inception score. Default 10.</summary>
    public int InceptionSplits { get; init; } = 10;

    /// <summary>Subsets of the kernel distance. Default 100.</summary>
    public int KernelSubsets { get; init; } = 100;

    /// <summary>Images of each set in a subset, at most a quarter of what there is. Default 1,000.</summary>
    public int KernelSubsetSize { get; init; } = 1000;

    /// <summary>Points of the line that the Frechet distance is extrapolated by. Default 10.</summary>
    public int ExtrapolationPoints { get; init; } = 10;

    /// <summary>Bootstrap resamples of the standard error of a Frechet distance, each as dear as the distance; 0 for none. Default 20.</summary>
    public int Resamples { get; init; } = 20;

    /// <summary>Largest side to which images are shrunk, by area means, before their pixels are compared. Default 32.</summary>
    public int PixelSide { get; init; } = 32;

    /// <summary>Closest pairs of sample and data that are listed. Default 32.</summary>
    public int ClosestPairs { get; init; } = 32;

    /// <summary>The components whose energies are compared: those of the model.</summary>
    public FactorizationConfig Factorization { get; init; } = new();

    /// <summary>Draws subsets, resamples and what is kept. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Checks every member.</summary>
    /// <returns>All errors, one line each.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Within(string name, int value, int least, int most)
        {
            if (value < least || value > most) errors.Add($"{name} is {value}; expected {least} to {most}");
        }
        if (Metrics.Length == 0 || Metrics.Any(metric => !Enum.IsDefined(metric)) || Metrics.Distinct().Count() != Metrics.Length)
            errors.Add($"metrics must name at least one of {string.Join(", ", Enum.GetNames<MetricKind>())}, none twice");
        Within("keep", Keep, 0, 10_000_000);
        Within("precisionNeighbours", PrecisionNeighbours, 1, 100);
        Within("coverageNeighbours", CoverageNeighbours, 1, 100);
        Within("inceptionSplits", InceptionSplits, 1, 1000);
        Within("kernelSubsets", KernelSubsets, 2, 10_000);
        Within("kernelSubsetSize", KernelSubsetSize, 2, 100_000);
        Within("extrapolationPoints", ExtrapolationPoints, 3, 100);
        Within("resamples", Resamples, 0, 10_000);
        if (Resamples == 1) errors.Add("resamples is 1; expected 0 for none, or at least 2");
        Within("pixelSide", PixelSide, 1, 256);
        Within("closestPairs", ClosestPairs, 0, 10_000);
        errors.AddRange(Factorization.Validate());
        return errors;
    }

    /// <summary>Whether a figure is asked for.</summary>
    internal bool Wants(MetricKind metric) => Metrics.Contains(metric);
}
