namespace Msf.Models;

/// <summary>Architecture of an <see cref="ImageClassifier"/>.</summary>
public sealed record ClassifierConfig
{
    private const int MostLevels = 8, MostWidth = 8192, MostBlocks = 64, MostClasses = 1_000_000;

    /// <summary>Number of classes K, at least 2.</summary>
    public required int Classes { get; init; }

    /// <summary>Channels of every level, from full size on, each of half the size of the one before; default 32, 64, 128. The last one is the number of features.</summary>
    public int[] Widths { get; init; } = [32, 64, 128];

    /// <summary>Residual blocks of a level; default 2.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>Groups of the normalisation, a divisor of every width; default 8.</summary>
    public int Groups { get; init; } = 8;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Classes is < 2 or > MostClasses) errors.Add($"classes is {Classes}, expected 2 to {MostClasses}");
        if (Groups < 1) errors.Add($"groups is {Groups}, expected at least 1");
        if (Widths.Length is < 1 or > MostLevels) errors.Add($"widths has {Widths.Length} levels, expected 1 to {MostLevels}");
        foreach (var width in Widths.Where(width => width is < 1 or > MostWidth || (Groups >= 1 && width % Groups != 0)))
            errors.Add($"widths has {width}, expected multiples of groups ({Groups}), at most {MostWidth}");
        if (Blocks is < 1 or > MostBlocks) errors.Add($"blocks is {Blocks}, expected 1 to {MostBlocks}");
        return errors;
    }
}
