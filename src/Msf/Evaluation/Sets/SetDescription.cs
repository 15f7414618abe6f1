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
}
