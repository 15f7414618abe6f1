namespace Msf.Training;

/// <summary>Where a run stands.</summary>
/// <param name="Images">Images seen, over all stages.</param>
/// <param name="MaxImages">Length of the run.</param>
/// <param name="Stage">Stage of the last step.</param>
/// <param name="Loss">Loss of the last step.</param>
/// <param name="ImagesPerSecond">Rate since this process started training.</param>
/// <param name="Remaining">Time left at that rate.</param>
/// <param name="SkippedSteps">Steps of all stages skipped because loss or gradient was not finite.</param>
public readonly record struct TrainingProgress(
    long Images, long MaxImages, int Stage, double Loss, double ImagesPerSecond, TimeSpan Remaining, long SkippedSteps = 0);
