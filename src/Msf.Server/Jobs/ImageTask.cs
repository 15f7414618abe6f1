using Msf.Sampling;

namespace Msf.Server;

/// <summary>One image of a job, from its place in the queue to its end.</summary>
internal sealed class ImageTask
{
    /// <summary>The job.</summary>
    internal required GenerationJob Job { get; init; }

    /// <summary>Place in the job, from 0.</summary>
    internal required int Index { get; init; }

    /// <summary>What it is made with.</summary>
    internal required GenerationSettings Settings { get; init; }

    /// <summary>The same as the sampler takes it.</summary>
    internal required SamplingConfig Sampling { get; init; }

    /// <summary>Size of the target where it is not the model's own, [height, width].</summary>
    internal required int[]? Target { get; init; }

    /// <summary>Class, or the number of classes for the null class.</summary>
    internal required int Label { get; init; }

    /// <summary>Index that with the seed fixes its noise.</summary>
    internal required long ImageIndex { get; init; }

    /// <summary>Images with the same key can be made in one batch.</summary>
    internal required string BatchKey { get; init; }

    /// <summary>Most images of a batch of this key.</summary>
    internal required int BatchLimit { get; init; }

    /// <summary>Multiply-adds of every stage.</summary>
    internal required IReadOnlyList<double> Work { get; init; }
}
