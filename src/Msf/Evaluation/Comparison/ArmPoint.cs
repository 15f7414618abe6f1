namespace Msf.Evaluation;

/// <summary>A measurement of an arm, as mean over its seeds.</summary>
/// <param name="TrainingMultiplyAdds">Multiply-adds of training.</param>
/// <param name="SamplingMultiplyAdds">Multiply-adds of sampling an image; a mean where the seeds' best guidance scales differ in cost.</param>
/// <param name="SecondsPerImage">Seconds of sampling an image.</param>
/// <param name="Steps">Steps of every stage.</param>
/// <param name="Distance">Frechet distance.</param>
/// <param name="KernelDistance">Kernel distance (KID); null where there is none.</param>
public sealed record ArmPoint(double TrainingMultiplyAdds, double SamplingMultiplyAdds, double SecondsPerImage, int[] Steps, MeanWithError Distance, MeanWithError? KernelDistance)
{
    /// <summary>Of the same measurement under all seeds.</summary>
    /// <param name="points">At least one.</param>
    public static ArmPoint Of(IReadOnlyList<ComparisonPoint> points) => new(
        points.Average(p => p.TrainingMultiplyAdds), points.Average(p => p.SamplingMultiplyAdds), points.Average(p => p.SecondsPerImage), points[0].Steps,
        MeanWithError.Of([.. points.Select(p => p.Distance)]),
        points.All(p => p.KernelDistance is not null) ? MeanWithError.Of([.. points.Select(p => p.KernelDistance!.Value)]) : null);
}
