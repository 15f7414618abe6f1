using Msf.Data;

namespace Msf.Training;

/// <summary>Images that a classifier is judged by and not trained on: a set of their own, or a share of the data.</summary>
public sealed record HeldOutConfig
{
    /// <summary>Image source with the classes of the data; null holds a share of the data out.</summary>
    public string? Source { get; init; }

    /// <summary>Share of every class of the data, above 0 and at most 0.5; null, the default, where there is a <see cref="Source"/>, else 0.1.</summary>
    public double? Share { get; init; }

    /// <summary>
    /// Regular expression: images of a class whose names agree in the part that it matches (its first group, where it has one) are all held out or all trained on, such as versions of one drawing.
    /// Null, the default, parts image by image.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The share that holds.</summary>
    internal double ResolvedShare => Share ?? 0.1;

    /// <summary>What a model says of it.</summary>
    internal string Describe() => Source is { } source
        ? (Path.IsPathRooted(source) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(source)) : source)
        : FormattableString.Invariant($"{100 * ResolvedShare:G3} % of every class of the data, not trained on");

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Source is not null && string.IsNullOrWhiteSpace(Source)) errors.Add("source is empty; name an image set, or leave it out");
        if (Source is not null && (Share is not null || Group is not null)) errors.Add("source and share (or group) both say what is held out; leave one of them out");
        if (Share is { } share && !(share is > 0 and <= 0.5)) errors.Add($"share is {share}, expected above 0 and at most 0.5");
        if (Group is not null && !NameGroups.IsPattern(Group)) errors.Add($"group is \"{Group}\", expected a regular expression without backtracking, for example ^(.*)_v[0-9]+");
        return errors;
    }
}
