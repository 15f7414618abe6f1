using Msf.Sampling;

namespace Msf.Evaluation;

/// <summary>What a search asks about sampling settings.</summary>
public interface ITuningObjective
{
    /// <summary>Multiply-adds of an image, known without sampling.</summary>
    /// <param name="sampling">Valid settings of the model.</param>
    public long MultiplyAdds(SamplingConfig sampling);

    /// <summary>Measures settings with the first <paramref name="count"/> samples; asked again for more, it goes on where it was.</summary>
    /// <param name="sampling">Valid settings of the model.</param>
    /// <param name="count">Samples, at least 16.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    /// <exception cref="OperationCanceledException">It was ended; samples that were finished are kept for the next time.</exception>
    public TuningMeasurement Measure(SamplingConfig sampling, int count, CancellationToken cancellation = default);

    /// <summary>Lets go what was kept of settings that are out of the search.</summary>
    /// <param name="sampling">The settings.</param>
    public void Forget(SamplingConfig sampling);
}
