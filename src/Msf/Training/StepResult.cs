namespace Msf.Training;

/// <summary>What one training step reports.</summary>
/// <param name="Loss">Mean square error of the batch, in standardised units.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Skipped">Whether loss or gradient was not finite, so that nothing was changed.</param>
public readonly record struct StepResult(double Loss, double GradientNorm, double LearningRate, bool Skipped = false);
