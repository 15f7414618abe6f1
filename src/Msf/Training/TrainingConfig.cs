using Msf.Runtime;

namespace Msf.Training;

/// <summary>How a run trains. Progress is counted in images: every image of every batch of every stage counts one.</summary>
public sealed record TrainingConfig
{
    private const double BaseShare = 0.3;                                                     // docs/decisions/0036-shares-of-the-stages.md

    /// <summary>Length of the run in images, over all stages; the last batch is whole.</summary>
    public required long MaxImages { get; init; }

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Parts into which the batch of a step is cut, one forward and backward pass each: less memory, the same gradient up to rounding. Default 1.
    /// </summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Peak learning rate of AdamW; default 3e-4.</summary>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Course of the learning rate after the warm-up; default constant.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Share of the peak rate at which a cosine ends, 0 to 1; default 0.</summary>
    public double FinalLearningRateFraction { get; init; }

    /// <summary>
    /// Images of a stage up to which an inverse square root keeps the peak rate: <c>peak / sqrt(max(images / decayImages, 1))</c>. Default 100,000.
    /// </summary>
    public long DecayImages { get; init; } = 100_000;

    /// <summary>Images of a stage over which its learning rate rises linearly from 0.</summary>
    public long WarmupImages { get; init; } = 10_000;

    /// <summary>AdamW's beta1; default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's beta2; default 0.99.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>AdamW's decoupled weight decay; default 0, as DiT.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Largest norm of a stage's gradient; larger ones are scaled down. Default 1.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>
    /// Steps in a row that a stage may skip because loss or gradient is not finite; one more stops the run, and 0 stops at the first. Default 10.
    /// </summary>
    public int NonFiniteLimit { get; init; } = 10;

    /// <summary>Half-life of the averaged weights, in images of the stage; default 20,000.</summary>
    public double EmaHalfLifeImages { get; init; } = 20_000;

    /// <summary>Averages tracked so that the width of an average can be chosen after training; null, the default, tracks none.</summary>
    public PostHocEmaConfig? PostHocEma { get; init; }

    /// <summary>A trained model to start from; null, the default, starts from fresh weights. A resumed run does not look at it.</summary>
    public InitialWeightsConfig? InitialWeights { get; init; }

    /// <summary>
    /// Images of the base after which the stages above it begin, each from the weights that the base has when its own training begins, where name and
    /// shape agree. Until then the base is trained alone; then the others catch up, so that the shares of the run stay. Null, the default, starts all
    /// stages at once from fresh weights.
    /// </summary>
    public long? InitializeFromBaseAfterImages { get; init; }

    /// <summary>Share of the training compute (multiply-adds) of every stage; null gives the base 30 % and the others the rest in equal parts (docs/results.md).</summary>
    public double[]? StageShares { get; init; }

    /// <summary>Type of the products; auto takes the faster of float32 and bfloat16. Weights and averages are float32 always.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;

    /// <summary>
    /// Whether the backward pass computes every block again instead of keeping what is inside it (activation checkpointing): the same
    /// gradients, in less memory and a third more time. Default false.
    /// </summary>
    public bool RecomputeBlocks { get; init; }

    /// <summary>Seed of everything random.</summary>
    public long Seed { get; init; }

    /// <summary>Images between two lines of metrics.</summary>
    public long LogEveryImages { get; init; } = 5_000;

    /// <summary>Images between two checkpoints; the end always writes one.</summary>
    public long CheckpointEveryImages { get; init; } = 50_000;

    /// <summary>Checkpoints kept, the newest ones.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Images between two checkpoints kept for good, the first one at or after every multiple; 0, the default, keeps the newest alone.</summary>
    public long KeepEveryImages { get; init; }

    /// <summary>Images between two sample sheets; 0 draws none.</summary>
    public long SampleEveryImages { get; init; } = 50_000;

    /// <summary>Images in a sample sheet.</summary>
    public int SampleCount { get; init; } = 32;

    /// <summary>Training compute of every stage as shares that sum to 1.</summary>
    /// <param name="stages">Number of stages.</param>
    public double[] ResolveShares(int stages)
    {
        if (stages == 1) return [1];
        var shares = StageShares ?? [BaseShare, .. Enumerable.Repeat((1 - BaseShare) / (stages - 1), stages - 1)];
        var sum = shares.Sum();
        return [.. shares.Select(share => share / sum)];
    }

    /// <summary>Names in JSON of the members that are set and mean something to the stages of a diffusion model alone.</summary>
    internal IEnumerable<string> SetForStages() => new (string Name, bool Set)[]
    {
        ("accumulate", Accumulate > 1),
        ("postHocEma", PostHocEma is not null),
        ("initialWeights", InitialWeights is not null),
        ("initializeFromBaseAfterImages", InitializeFromBaseAfterImages is not null),
        ("stageShares", StageShares is not null),
        ("recomputeBlocks", RecomputeBlocks),
    }.Where(member => member.Set).Select(member => member.Name);

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    /// <param name="stages">Number of stages of the model.</param>
    public IReadOnlyList<string> Validate(int stages)
    {
        var errors = new List<string>();
        void Check(bool holds, string error) { if (!holds) errors.Add(error); }
        Check(MaxImages >= 1, $"maxImages is {MaxImages}, expected at least 1");
        Check(BatchSize >= 1, $"batchSize is {BatchSize}, expected at least 1");
        Check(Accumulate >= 1 && Accumulate <= Math.Max(1, BatchSize), $"accumulate is {Accumulate}, expected 1 to batchSize ({BatchSize})");
        Check(LearningRate > 0 && double.IsFinite(LearningRate), $"learningRate is {LearningRate}, expected more than 0");
        Check(Enum.IsDefined(Schedule), $"schedule is {(int)Schedule}, expected {string.Join(", ", Enum.GetNames<LearningRateSchedule>())}");
        Check(FinalLearningRateFraction is >= 0 and <= 1, $"finalLearningRateFraction is {FinalLearningRateFraction}, expected 0 to 1");
        Check(DecayImages >= 1, $"decayImages is {DecayImages}, expected at least 1");
        Check(Enum.IsDefined(Precision), $"precision is {(int)Precision}, expected {string.Join(", ", Enum.GetNames<ComputePrecision>())}");
        Check(WarmupImages >= 0, $"warmupImages is {WarmupImages}, expected at least 0");
        Check(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, $"beta1 {Beta1} and beta2 {Beta2} must be at least 0 and below 1");
        Check(WeightDecay >= 0 && double.IsFinite(WeightDecay), $"weightDecay is {WeightDecay}, expected at least 0");
        Check(GradientClip > 0, $"gradientClip is {GradientClip}, expected more than 0");
        Check(NonFiniteLimit >= 0, $"nonFiniteLimit is {NonFiniteLimit}, expected at least 0");
        Check(EmaHalfLifeImages > 0, $"emaHalfLifeImages is {EmaHalfLifeImages}, expected more than 0");
        errors.AddRange(PostHocEma?.Validate().Select(error => $"postHocEma: {error}") ?? []);
        errors.AddRange(InitialWeights?.Validate(stages).Select(error => $"initialWeights: {error}") ?? []);
        Check(InitializeFromBaseAfterImages is null or >= 1, $"initializeFromBaseAfterImages is {InitializeFromBaseAfterImages}, expected at least 1");
        Check(InitializeFromBaseAfterImages is null || stages > 1, "initializeFromBaseAfterImages is set for a model of one stage; remove it");
        Check(InitializeFromBaseAfterImages is null || !(StageShares?.FirstOrDefault(1) <= 0), "initializeFromBaseAfterImages needs a share of the base above 0");
        Check(
            InitializeFromBaseAfterImages is null || InitialWeights is null || InitialWeights.Stages?.Skip(1).All(stage => stage == InitialWeightsConfig.None) == true,
            "initialWeights and initializeFromBaseAfterImages both initialise the stages above the base; set initialWeights.stages to -1 for those, or remove one");
        Check(StageShares is null || StageShares.Length == stages, $"stageShares has {StageShares?.Length} entries for {stages} stages; give one per stage");
        Check(StageShares is null || (StageShares.All(share => share >= 0 && double.IsFinite(share)) && StageShares.Sum() > 0),
            "stageShares must be at least 0, and one of them more (a share of 0 leaves that stage untrained)");
        Check(LogEveryImages >= 1, $"logEveryImages is {LogEveryImages}, expected at least 1");
        Check(CheckpointEveryImages >= 1, $"checkpointEveryImages is {CheckpointEveryImages}, expected at least 1");
        Check(KeepCheckpoints >= 1, $"keepCheckpoints is {KeepCheckpoints}, expected at least 1");
        Check(KeepEveryImages >= 0, $"keepEveryImages is {KeepEveryImages}, expected at least 0");
        Check(SampleEveryImages >= 0, $"sampleEveryImages is {SampleEveryImages}, expected at least 0");
        Check(SampleCount >= 1, $"sampleCount is {SampleCount}, expected at least 1");
        return errors;
    }
}
