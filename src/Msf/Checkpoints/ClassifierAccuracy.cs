namespace Msf.Checkpoints;

/// <summary>How often a classifier is right.</summary>
/// <param name="Images">What it was asked about, for example "10 % of the data, held out".</param>
/// <param name="Classes">Every class.</param>
public sealed record ClassifierAccuracy(string Images, IReadOnlyList<ClassifierAccuracy.OfClass> Classes)
{
    /// <summary>Number of images.</summary>
    public int Count => Classes.Sum(c => c.Count);

    /// <summary>Share of the images whose class is told right; NaN without images.</summary>
    public double Accuracy => Count == 0 ? double.NaN : Classes.Sum(c => c.Right) / (double)Count;

    /// <summary>Standard error of <see cref="Accuracy"/>, that of a share.</summary>
    public double StandardError => Math.Sqrt(Accuracy * (1 - Accuracy) / Count);

    /// <summary>Everything that cannot be, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate() =>
        [.. Classes.Where(c => c.Right < 0 || c.Right > c.Count).Select(c => $"{c.Right} of {c.Count} images of {OneLine.Quote(c.Name)} are right")];

    /// <summary>One class.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Count">Images of it.</param>
    /// <param name="Right">Of them, those told to be of it.</param>
    public sealed record OfClass(string Name, int Count, int Right);
}
