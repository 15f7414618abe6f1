namespace Msf.Training;

/// <summary>What one training step reports.</summary>
/// <param name="Loss">Mean square error of the batch, in standardised units; of an autoencoder the weighted sum of its losses.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Skipped">Whether loss or gradient was not finite, so that nothing was changed.</param>
/// <param name="Parts">What the loss is made of and other figures of the step, by name; null where there is but the loss.</param>
public readonly record struct StepResult(double Loss, double GradientNorm, double LearningRate, bool Skipped = false, IReadOnlyDictionary<string, double>? Parts = null);
