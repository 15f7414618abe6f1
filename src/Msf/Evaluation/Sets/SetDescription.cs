using Msf.Factorization;

namespace Msf.Evaluation;

/// <summary>What an evaluation's set of images is; kept in its file.</summary>
public sealed record SetDescription
{
    /// <summary>What the images are: a data set's name, a model's ...; for reports.</summary>
    public string Source { get; init; } = "";

    /// <summary>Name of the feature network.</summary>
    public string? Network { get; init; }

    /// <summary>Its digest.</summary>
    public string? NetworkDigest { get; init; }

    /// <summary>How images came to its size.</summary>
    public string? Resizing { get; init; }

    /// <summary>Names of the network's classes; empty where they are those of the data.</summary>
    public string[] NetworkClasses { get; init; } = [];

    /// <summary>Names of the classes that the labels count; empty where there are no labels.</summary>
    public string[] Classes { get; init; } = [];

    /// <summary>Height and width of the images in pixels; empty as long as there are none.</summary>
    public int[] ImageSize { get; init; } = [];

    /// <summary>The components whose energies were taken.</summary>
    public FactorizationConfig Factorization { get; init; } = new();

    /// <summary>Most images of which features are kept.</summary>
    public int Keep { get; init; }

    /// <summary>Chose them.</summary>
    public long Seed { get; init; }

    /// <summary>Checks every member, as after reading a file.</summary>
    /// <returns>All errors, one line each.</returns>
    internal IReadOnlyList<string> Validate()
    {
        List<string> errors = [.. Factorization.Validate()];
        if (ImageSize.Length != 0 && (ImageSize.Length != 2 || ImageSize.Any(side => side is < 1 or > short.MaxValue))) errors.Add("imageSize must be height and width in pixels, or empty");
        if (Keep < 0) errors.Add($"keep is {Keep}; expected 0 or more");
        return errors;
    }
}
