namespace Msf.Training;

/// <summary>Counts the steps that are skipped because loss or gradient is not finite, and ends the run where too many come in a row.</summary>
/// <param name="limit">How many may come in a row.</param>
internal sealed class NonFiniteSteps(int limit)
{
    /// <summary>How many there were.</summary>
    internal long Count { get; set; }

    /// <summary>How many of them came last, one after the other.</summary>
    internal int InARow { get; set; }

    /// <summary>A step was taken.</summary>
    internal void Clear() => InARow = 0;

    /// <summary>A step is skipped.</summary>
    /// <param name="who">Whose step, for the message.</param>
    /// <param name="images">Images it has seen, those of this step included.</param>
    /// <param name="loss">Loss of the step.</param>
    /// <param name="norm">Norm of its gradient.</param>
    /// <exception cref="InvalidDataException">It is one too many.</exception>
    internal void Add(string who, long images, double loss, double norm)
    {
        if (InARow >= limit)
        {
            var before = InARow > 0 ? $" after {InARow} skipped steps" : "";
            throw new InvalidDataException(
                $"{who} diverged after {images} images: loss {loss}, gradient norm {norm}{before}; lower training.learningRate or training.gradientClip and go on from the last checkpoint with --resume.");
        }
        Count++;
        InARow++;
    }
}
