namespace Msf.Evaluation;

/// <summary>Points of one kind.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Places, and the half length of an error bar upwards and downwards where it is above 0.</param>
public sealed record PlotSeries(string Name, IReadOnlyList<(double X, double Y, double Error)> Points)
{
    /// <summary>Whether the points are joined in their order; else they stand alone, small and pale. Default joined.</summary>
    public bool Joined { get; init; } = true;
}
