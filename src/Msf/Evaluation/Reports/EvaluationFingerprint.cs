using System.Text.Json;
using System.Text.Json.Nodes;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>What the figures of an evaluation depend on: what was gathered under another one is nothing to go on from.</summary>
internal sealed record EvaluationFingerprint
{
    /// <summary>Identity of the model, or of the samples' files.</summary>
    public required string Judged { get; init; }

    /// <summary>Settings of sampling; null where samples are there already.</summary>
    public required SamplingConfig? Sampling { get; init; }

    /// <summary>Number of samples.</summary>
    public required int Count { get; init; }

    /// <summary>The data, by name, size and classes.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the reference's file; null where images are read.</summary>
    public required string? Reference { get; init; }

    /// <summary>The held-out images, by name, size and classes; null where there are none.</summary>
    public required string? HeldOut { get; init; }

    /// <summary>Most images of the data.</summary>
    public required int ReferenceImages { get; init; }

    /// <summary>Side of the images in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>SHA-256 of the feature network.</summary>
    public required string Features { get; init; }

    /// <summary>What is measured.</summary>
    public required EvaluationOptions Metrics { get; init; }

    /// <summary>Seed of samples and choices.</summary>
    public required long Seed { get; init; }

    /// <summary>Images worked on together.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Whether the pixels of the samples are kept.</summary>
    public required bool KeepsSamples { get; init; }

    /// <summary>Program, libtorch, threads, device and precision.</summary>
    public required string Environment { get; init; }

    /// <summary>The members in which another one differs, by their names in JSON.</summary>
    public IReadOnlyList<string> DifferencesFrom(EvaluationFingerprint other)
    {
        var (own, others) = (Members(this), Members(other));
        return [.. own.Where(member => !JsonNode.DeepEquals(member.Value, others[member.Key])).Select(member => member.Key)];
    }

    private static JsonObject Members(EvaluationFingerprint fingerprint) => JsonSerializer.SerializeToNode(fingerprint, JsonFormat.Line)!.AsObject();
}
