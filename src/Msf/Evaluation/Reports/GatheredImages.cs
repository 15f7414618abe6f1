namespace Msf.Evaluation;

/// <summary>A set of images of which everything is known that was asked for.</summary>
/// <param name="Set">What is known; owned by this.</param>
/// <param name="State">How many, their digest, the time it took.</param>
internal sealed record GatheredImages(EvaluationSet Set, GatherState State) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Set.Dispose();
}
