using System.Text.Json;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>What was measured of samples, and all that it takes to measure it again: <c>report.json</c>.</summary>
public sealed record EvaluationReport
{
    /// <summary>Version of the format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>Whose samples: the name of a model, a file or a folder.</summary>
    public required string Name { get; init; }

    /// <summary>The model; null where samples were there already.</summary>
    public required JudgedModel? Model { get; init; }

    /// <summary>The samples.</summary>
    public required ImagesInReport Samples { get; init; }

    /// <summary>What they were compared with.</summary>
    public required ImagesInReport Reference { get; init; }

    /// <summary>Images that the model was not trained on; null where there were none.</summary>
    public required ImagesInReport? HeldOut { get; init; }

    /// <summary>The feature network.</summary>
    public required FeaturesInReport Features { get; init; }

    /// <summary>Number of samples.</summary>
    public required long Count { get; init; }

    /// <summary>Seed of samples and choices.</summary>
    public required long Seed { get; init; }

    /// <summary>The figures, with their standard errors.</summary>
    public required MetricSet Metrics { get; init; }

    /// <summary>Whether the model repeats what it was trained on; null where that cannot be told.</summary>
    public required MemorisationReport? Memorisation { get; init; }

    /// <summary>Settings of sampling; null where samples were there already.</summary>
    public required SamplingConfig? Sampling { get; init; }

    /// <summary>How it was measured.</summary>
    public required EvaluationOptions Options { get; init; }

    /// <summary>Images worked on together.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The command that gives it again.</summary>
    public required string Command { get; init; }

    /// <summary>Where it was measured, and with what.</summary>
    public required EvaluationMachine Machine { get; init; }

    /// <summary>When it was finished, in coordinated universal time.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Seconds of gathering samples (making and looking at them), the data, and the figures.</summary>
    public required EvaluationSeconds Seconds { get; init; }

    /// <summary>Writes the report, complete or not at all.</summary>
    /// <param name="path">The .json file.</param>
    /// <exception cref="IOException">The file system refused.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, JsonFormat.Indented));

    /// <summary>Reads a report.</summary>
    /// <param name="path">The .json file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no report.</exception>
    public static EvaluationReport Read(string path) => File.Exists(path)
        ? JsonFormat.Parse<EvaluationReport>(File.ReadAllText(path), path)
        : throw new FileNotFoundException($"there is no report {path}; give a report.json that msf evaluate wrote.", path);
}
