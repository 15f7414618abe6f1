namespace Msf.Evaluation;

/// <summary>How often a network sees the class that samples were made for.</summary>
/// <param name="Name">Name of the class.</param>
/// <param name="Count">Samples made for it.</param>
/// <param name="Correct">Those in which the network sees it.</param>
/// <param name="MistakenFor">The class it sees most often instead; null where it is never wrong.</param>
public sealed record ClassAccuracy(string Name, long Count, long Correct, string? MistakenFor)
{
    /// <summary>Share of them, 0 to 1; null where there are none.</summary>
    public double? Accuracy { get; init; } = Count > 0 ? (double)Correct / Count : null;
}
