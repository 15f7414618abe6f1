using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>What is tuned, by what, and for how long.</summary>
public sealed record TuningRunOptions
{
    /// <summary>Model folder.</summary>
    public required string Model { get; init; }

    /// <summary>Image set that the samples are compared with.</summary>
    public required string Data { get; init; }

    /// <summary>Feature network, as <see cref="FeatureNetworks.Open"/> takes it.</summary>
    public required string Features { get; init; }

    /// <summary>Seconds for all of it, loading included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Statistics file that stands for the data; null reads the data's images. The data still tells the shares of the classes.</summary>
    public string? Reference { get; init; }

    /// <summary>Most images of the data that are looked at, a random choice; default 10,000. Fewer where they would take three tenths of the time.</summary>
    public int ReferenceImages { get; init; } = 10_000;

    /// <summary>Folder of journal, statistics, report and plot, in which a search goes on that was interrupted; null writes none.</summary>
    public string? Out { get; init; }

    /// <summary>Seed of samples and choices.</summary>
    public long Seed { get; init; }

    /// <summary>Images worked on together; default 16.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Samples of the first round; default 64.</summary>
    public int FirstCount { get; init; } = 64;

    /// <summary>Samples of the last round; default 1024.</summary>
    public int MostCount { get; init; } = 1024;

    /// <summary>Most steps of a stage; default 50.</summary>
    public int MostSteps { get; init; } = 50;

    /// <summary>Settings that stay as they are.</summary>
    public IReadOnlyCollection<TuningSetting> Keep { get; init; } = [];

    /// <summary>The choice is the cheapest of the front whose distance is within so many percent of the smallest; default 5. 0 chooses the smallest.</summary>
    public double Within { get; init; } = 5;

    /// <summary>Where to compute; the CPU when null.</summary>
    public Device? Device { get; init; }

    /// <summary>Type of the products; auto takes the faster one.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;

    /// <summary>Autoencoder folder of a model of latents that has none of its own.</summary>
    public string? Autoencoder { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!(Seconds > 0) || Seconds > int.MaxValue / 1000.0) errors.Add($"seconds is {Seconds}, expected more than 0 and at most {int.MaxValue / 1000}");
        if (BatchSize < 1) errors.Add($"the batch size is {BatchSize}, expected at least 1");
        if (FirstCount < 16 || MostCount < FirstCount) errors.Add($"samples go from {FirstCount} to {MostCount}, expected at least 16 first and as many or more at last");
        if (MostSteps < 1) errors.Add($"at most {MostSteps} steps, expected at least 1");
        if (ReferenceImages < 2) errors.Add($"{ReferenceImages} images of the data, expected at least 2");
        if (!(Within >= 0)) errors.Add($"within {Within} percent, expected at least 0");
        return errors;
    }
}
