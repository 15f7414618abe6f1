using Msf.Checkpoints;

namespace Msf.Training;

/// <summary>What lies beside the tensors of a snapshot of the averages: with them, all that a model folder needs.</summary>
public sealed record AverageSnapshot
{
    /// <summary>Version of the format that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Relative widths of the averages, in the order of their tensors.</summary>
    public required double[] RelativeWidths { get; init; }

    /// <summary>The model as it is at this moment; where a stage stands is in its provenance.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (FormatVersion != CurrentFormat)
            return [$"formatVersion is {FormatVersion}, this program reads {CurrentFormat}; use the version of the program that trained the run"];
        var errors = new List<string>([.. new PostHocEmaConfig { RelativeWidths = RelativeWidths }.Validate(), .. Manifest.Validate()]);
        if (Manifest.Training is null) errors.Add("the manifest does not say how many images every stage has seen");
        else if (Manifest.Training.ImagesPerStage.Length != Manifest.Model.Stages.Length)
            errors.Add($"it counts images of {Manifest.Training.ImagesPerStage.Length} stages, expected {Manifest.Model.Stages.Length}");
        return errors;
    }
}
