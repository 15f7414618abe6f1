using Msf.Data;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>What is evaluated, by what, and where the report goes.</summary>
public sealed record EvaluationRunOptions
{
    /// <summary>Model folder whose samples are judged; null where <see cref="Samples"/> are there already.</summary>
    public string? Model { get; init; }

    /// <summary>Samples that are there already: a .npz archive in ADM's layout, or a folder of image files; null to let <see cref="Model"/> make them.</summary>
    public string? Samples { get; init; }

    /// <summary>Folder of a weaker model that guides; null for none.</summary>
    public string? Guide { get; init; }

    /// <summary>Autoencoder folder of a model of latents that has none of its own.</summary>
    public string? Autoencoder { get; init; }

    /// <summary>Settings of sampling; null for the model's own.</summary>
    public SamplingConfig? Sampling { get; init; }

    /// <summary>Image set that the samples are compared with, whose classes give theirs their shares; null only with <see cref="Reference"/>.</summary>
    public string? Data { get; init; }

    /// <summary>Classes of the data to keep, by name, in the order that the labels of <see cref="Samples"/> count; null keeps all. A model brings its own.</summary>
    public string[]? Classes { get; init; }

    /// <summary>.npz archive that stands for the data: statistics (<c>mu</c>, <c>sigma</c>), or images (<c>arr_0</c>); null reads the data's images.</summary>
    public string? Reference { get; init; }

    /// <summary>Images that the model was not trained on, for the memorisation check; null compares the data's images with each other.</summary>
    public string? HeldOut { get; init; }

    /// <summary>
    /// Pattern of <see cref="Msf.Data.NameGroups"/> for names of the data's images: where those are compared with each other, none is with its own versions. Null compares each with all others.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The feature network: a TorchScript file, here or in the data folder, or the folder of a classifier.</summary>
    public required string Features { get; init; }

    /// <summary>Number of samples; null makes 5,000, or takes all that are there.</summary>
    public int? Count { get; init; }

    /// <summary>Most images of the data (and held-out images) that are looked at, a random choice; default 50,000.</summary>
    public int ReferenceImages { get; init; } = 50_000;

    /// <summary>Folder of the report.</summary>
    public required string Out { get; init; }

    /// <summary>Seed of samples and choices.</summary>
    public long Seed { get; init; }

    /// <summary>Images worked on together; default 16. Figures depend on it by rounding alone.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Where to compute; the CPU when null.</summary>
    public Device? Device { get; init; }

    /// <summary>Type of the products of the model; auto takes the faster one.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;

    /// <summary>File to write the samples to, .npz in ADM's layout; null for none.</summary>
    public string? SaveSamples { get; init; }

    /// <summary>File to write what is known of the data to, .npz with <c>mu</c> and <c>sigma</c>, which <see cref="Reference"/> takes; null for none.</summary>
    public string? SaveReference { get; init; }

    /// <summary>Whether the work folder stays when the report is written.</summary>
    public bool KeepWork { get; init; }

    /// <summary>The command that gives this report, for the report.</summary>
    public string Command { get; init; } = "";

    /// <summary>What is measured, and how. <see cref="EvaluationOptions.Factorization"/> and seed are set from the model and <see cref="Seed"/>.</summary>
    public EvaluationOptions Metrics { get; init; } = new();

    /// <summary>Least time between two savings of what was gathered, which is what a kill can lose; default half a minute.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Model is null == Samples is null) errors.Add(Model is null ? "there is nothing to judge: give a model, or samples" : "a model and samples are both given; give one of them");
        if (Data is null && Reference is null) errors.Add("there is nothing to compare with: give data, or a reference");
        if (Count is < 2 or > 10_000_000) errors.Add($"count is {Count}, expected 2 to 10,000,000 samples");
        if (ReferenceImages < 2) errors.Add($"{ReferenceImages} images of the data, expected at least 2");
        if (BatchSize < 1) errors.Add($"the batch size is {BatchSize}, expected at least 1");
        if (Model is null && (Guide ?? Autoencoder) is not null) errors.Add("guide and autoencoder are of a model, and samples are there already; leave them out");
        if (Model is not null && Classes is not null) errors.Add("a model brings its classes; leave classes out");
        if (Group is not null && !NameGroups.IsPattern(Group)) errors.Add($"the group is \"{Group}\", expected a regular expression without backtracking, for example ^(.*)_v[0-9]+");
        if (Group is not null && (HeldOut ?? Reference) is not null) errors.Add("a group is of the data's images where they are compared with each other; leave it out with held-out images or a reference");
        foreach (var file in new[] { SaveSamples, SaveReference })
            if (file is not null && !file.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)) errors.Add($"{file} is to be written, expected the name of a .npz file");
        if (SaveSamples is not null && Samples is not null) errors.Add("samples that are there already need no saving; leave that out");
        if (SaveReference is not null && Reference is not null) errors.Add("a reference that is there already needs no saving; leave that out");
        errors.AddRange(Metrics.Validate());
        return errors;
    }
}
