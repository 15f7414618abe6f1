using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>Opens the measurements of an arm with a seed, and sees to it that they are of the settings of now.</summary>
internal static class ArmJournal
{
    /// <summary>Opens them for more.</summary>
    /// <returns>The journal, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">They are of other settings, or damaged.</exception>
    public static Journal<ComparisonPoint> Open(PlannedArm arm, ComparisonMeasures measures, ComparisonFolder folder) =>
        Journal.Open<ArmIdentity, ComparisonPoint>(folder.Journal(arm), Identity(arm, measures), IsSame(arm, measures), Otherwise(arm, folder));

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidDataException">They are of other settings, or damaged.</exception>
    public static IReadOnlyList<ComparisonPoint> Read(PlannedArm arm, ComparisonMeasures measures, ComparisonFolder folder) =>
        Journal.Read<ArmIdentity, ComparisonPoint>(folder.Journal(arm), IsSame(arm, measures), Otherwise(arm, folder));

    private static ArmIdentity Identity(PlannedArm arm, ComparisonMeasures measures) => new()
    {
        Run = arm.Config,
        JudgedAtImages = arm.JudgedAtImages,
        Features = Path.GetFileName(measures.Features),
        Data = measures.Data,
        ReferenceImages = measures.ReferenceImages,
    };

    private static Func<ArmIdentity, bool> IsSame(PlannedArm arm, ComparisonMeasures measures)
    {
        var own = JsonSerializer.Serialize(Identity(arm, measures), JsonFormat.Line);
        return other => JsonSerializer.Serialize(other, JsonFormat.Line) == own;
    }

    private static string Otherwise(PlannedArm arm, ComparisonFolder folder) =>
        $"{folder.Arm(arm)} is of other settings than arm \"{arm.Arm.Name}\" has now; name the arm anew, or give another folder.";
}
