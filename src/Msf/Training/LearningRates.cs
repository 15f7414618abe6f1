namespace Msf.Training;

/// <summary>The learning rate of a stage as a function of the images it has seen.</summary>
public static class LearningRates
{
    /// <summary>Linear warm-up times the schedule's course.</summary>
    /// <param name="config">Peak rate, warm-up, schedule.</param>
    /// <param name="images">Images the stage has seen before the step.</param>
    /// <param name="totalImages">Images it will have seen at the end of the run, where a cosine ends.</param>
    public static double At(TrainingConfig config, long images, long totalImages) =>
        config.LearningRate * Warmup(config, images) * config.Schedule switch
        {
            LearningRateSchedule.Cosine => Cosine(images / (double)Math.Max(1, totalImages), config.FinalLearningRateFraction),
            LearningRateSchedule.InverseSquareRoot => 1 / Math.Sqrt(Math.Max(images / (double)config.DecayImages, 1)),
            _ => 1,
        };

    // The first step has a share of the rate above 0, and the first step after the warm-up all of it.
    private static double Warmup(TrainingConfig config, long images) => images < config.WarmupImages
        ? (images + config.BatchSize) / (double)(config.WarmupImages + config.BatchSize)
        : 1;

    private static double Cosine(double progress, double final) => final + (1 - final) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)));
}
