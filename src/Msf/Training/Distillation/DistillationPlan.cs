using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Sampling;

namespace Msf.Training;

/// <summary>Makes the configuration of a run that distils a model: everything that the teacher fixes, and defaults for the rest.</summary>
public static class DistillationPlan
{
    private const int TeacherStepsOfAll = 16;

    /// <summary>Plans a distillation.</summary>
    /// <param name="folder">Model folder of the teacher.</param>
    /// <param name="windows">Windows of every stage, coarse to fine; 0 leaves a stage as it is.</param>
    /// <param name="teacherSteps">Steps of the teacher in a window, for every stage; null takes 16 over all windows, at least 2 in each.</param>
    /// <param name="guidance">Guidance to fold in, for every stage; null takes the teacher's own.</param>
    /// <returns>A configuration that <see cref="TrainingRun.Open"/> takes, once it has data.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">It is broken, or distilled itself.</exception>
    public static RunConfig Create(string folder, int[] windows, int[]? teacherSteps = null, GuidanceConfig[]? guidance = null)
    {
        var manifest = ModelFolder.ReadManifest(folder);
        RequireUndistilled(folder, manifest);
        var stages = manifest.Sampling.Stages;
        var autoencoder = Path.Combine(folder, ModelFolder.AutoencoderName);
        return new RunConfig
        {
            Model = manifest.Model with { Name = $"{manifest.Model.Name}, {string.Join(" + ", windows.Select((k, i) => k > 0 ? k : stages[Math.Min(i, stages.Length - 1)].Steps))} steps" },
            Diffusion = manifest.Diffusion with
            {
                Time = new TimeDistribution { Kind = TimeDistributionKind.Uniform },
                LabelDropout = 0,                                                             // guidance is folded in: nobody asks for the null class
                Weighting = new LossWeighting(),
            },
            Sampling = manifest.Sampling with { Stages = [.. stages.Select((stage, i) => i < windows.Length && windows[i] > 0 ? Straight(windows[i]) : stage)] },
            Data = new DataConfig
            {
                Classes = manifest.ClassNames,
                Autoencoder = manifest.AutoencoderIdentity is not null && AutoencoderFolder.Exists(autoencoder) ? autoencoder : null,
            },
            Training = Training(folder, windows),
            Distillation = new DistillationConfig
            {
                Teacher = folder,
                TeacherName = manifest.Model.Name,
                TeacherIdentity = ModelDistillation.IdentityOf(folder, manifest.Model),
                Windows = windows,
                TeacherSteps = teacherSteps ?? [.. windows.Select(k => Math.Max(2, TeacherStepsOfAll / Math.Max(1, k)))],
                Guidance = guidance ?? [.. stages.Select(stage => stage.Guidance)],
            },
        };
    }

    /// <summary>Requires a model to be no student already.</summary>
    /// <exception cref="InvalidDataException">It is one.</exception>
    internal static void RequireUndistilled(string folder, ModelManifest manifest)
    {
        if (manifest.Distillation is { } made)
            throw new InvalidDataException($"{folder} is itself distilled, in {string.Join(" + ", made.Windows)} windows, and its flow is no longer that of its data; distil the model it was made from, {made.Teacher}.");
    }

    private static StageSamplingConfig Straight(int windows) => new() { Steps = windows, Windows = windows };

    // The weights are nearly right from the start: a lower rate than training's, and a short average.
    private static TrainingConfig Training(string folder, int[] windows) => new()
    {
        MaxImages = 50_000,
        BatchSize = 32,
        LearningRate = 2e-4,
        Schedule = LearningRateSchedule.Cosine,
        WarmupImages = 1_000,
        EmaHalfLifeImages = 2_000,
        StageShares = [.. windows.Select((k, stage) => k == 0 ? 0 : stage == 0 ? 0.7 : 0.3)],
        InitialWeights = new InitialWeightsConfig { Model = folder },
        LogEveryImages = 1_000,
        CheckpointEveryImages = 10_000,
        SampleEveryImages = 10_000,
    };
}
