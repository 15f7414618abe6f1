namespace Msf.Evaluation;

/// <summary>How one of a network's results is had: <c>forward(images, arguments...)[index]</c>.</summary>
public sealed record FeatureOutput
{
    /// <summary>What forward is given after the images: flags. Results with the same flags are had by one call.</summary>
    public bool[] Arguments { get; init; } = [];

    /// <summary>Which member of the tuple or list that forward gives, from 0; null where it gives one tensor.</summary>
    public int? Index { get; init; }

    /// <summary>How many of the first channels are taken, of spatial features: 7 of the Inception network's mixed_6/conv in ADM's sFID. Null for all.</summary>
    public int? Channels { get; init; }

    /// <summary>Checks every member.</summary>
    /// <param name="name">What the messages call it.</param>
    /// <returns>All errors, one line each.</returns>
    public IReadOnlyList<string> Validate(string name)
    {
        var errors = new List<string>();
        if (Index is < 0) errors.Add($"{name}.index is {Index}; expected 0 or more");
        if (Channels is < 1) errors.Add($"{name}.channels is {Channels}; expected 1 or more");
        return errors;
    }
}
