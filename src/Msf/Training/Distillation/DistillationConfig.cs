using Msf.Diffusion;
using Msf.Sampling;

namespace Msf.Training;

/// <summary>
/// Piecewise rectified flow (Yan et al. 2024, PeRFlow, arXiv 2405.07510): the time of a stage is split into windows, a trained model, the teacher, carries
/// noised data through a window, and a student learns the straight line between the two ends.
/// </summary>
public sealed record DistillationConfig
{
    /// <summary>Model folder of the teacher.</summary>
    public required string Teacher { get; init; }

    /// <summary>Name of the teacher, for people.</summary>
    public required string TeacherName { get; init; }

    /// <summary>Identity of the teacher's weights (<see cref="Checkpoints.ModelDistillation.IdentityOf"/>): a run goes on with no other.</summary>
    public required string TeacherIdentity { get; init; }

    /// <summary>Windows K of every stage, coarse to fine; 0 leaves a stage as the teacher has it.</summary>
    public required int[] Windows { get; init; }

    /// <summary>Steps with which the teacher crosses one window, of every stage, at least 1: Heun's, or DDIM's where it predicts noise or data.</summary>
    public required int[] TeacherSteps { get; init; }

    /// <summary>The teacher's guidance in every stage, which the student learns with it.</summary>
    public required GuidanceConfig[] Guidance { get; init; }

    /// <summary>Where the windows of the teacher start. Default data, the paper's.</summary>
    public WindowStart Start { get; init; } = WindowStart.Data;

    /// <summary>
    /// Share of the draws that are moved to the start of their window, where a sampler of one step a window looks, [0, 1); the others stay where they were
    /// drawn, spread over the window. Default 0.25; 0 is the paper's.
    /// </summary>
    public double StartShare { get; init; } = 0.25;

    /// <summary>The solver of the teacher.</summary>
    /// <param name="prediction">What the teacher predicts.</param>
    internal static SolverKind SolverOf(PredictionKind prediction) => prediction == PredictionKind.Velocity ? SolverKind.Heun : SolverKind.Ddim;

    /// <summary>Evaluations of the teacher for one training image of a stage, guidance included, on average over the windows.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="prediction">What the teacher predicts.</param>
    public double TeacherForwards(int stage, PredictionKind prediction) => Windows[stage] == 0 ? 0 : new StageSamplingConfig
    {
        Steps = Windows[stage] * TeacherSteps[stage],
        Solver = SolverOf(prediction),
        Guidance = Guidance[stage],
    }.Forwards() / (double)Windows[stage];

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    /// <param name="stages">Number of stages.</param>
    /// <param name="diffusion">The process of the student, which is that of the teacher.</param>
    public IReadOnlyList<string> Validate(int stages, DiffusionConfig diffusion)
    {
        var errors = new List<string>();
        void Check(bool holds, string error) { if (!holds) errors.Add(error); }
        Check(!string.IsNullOrWhiteSpace(Teacher), "teacher is empty, expected a model folder");
        Check(
            Windows.Length == stages && TeacherSteps.Length == stages && Guidance.Length == stages,
            $"windows, teacherSteps and guidance have {Windows.Length}, {TeacherSteps.Length} and {Guidance.Length} entries for {stages} stages; give one each");
        Check(Windows.All(windows => windows >= 0), $"windows is [{string.Join(", ", Windows)}], expected at least 1, or 0 for a stage that stays the teacher's");
        Check(Windows.Any(windows => windows > 0), "no stage has windows, so there is nothing to distil; give at least 1 to one of them");
        Check(TeacherSteps.All(steps => steps >= 1), $"teacherSteps is [{string.Join(", ", TeacherSteps)}], expected at least 1 a window");
        Check(Enum.IsDefined(Start), $"start is {(int)Start}, expected {string.Join(" or ", Enum.GetNames<WindowStart>())}");
        Check(StartShare is >= 0 and < 1, $"startShare is {StartShare}, expected 0 to below 1");
        errors.AddRange(Guidance.SelectMany(guidance => guidance.Validate()));
        Check(!Guidance.Any(guidance => guidance is { IsOn: true, Source: GuidanceSource.WeakerModel }), "guidance.source is weakerModel, and only guidance by the null class can be folded in; take nullClass, or scale 1");
        Check(
            diffusion.Prediction != PredictionKind.Noise || !Enum.IsDefined(diffusion.Path) || ProbabilityPath.Create(diffusion.Path).At(0).Alpha > 0,
            "the teacher predicts noise on a path that starts from noise alone, where that tells nothing of the way to the data, and one step must cross a whole window from there; distil a model that predicts velocity or data");
        return errors;
    }
}
