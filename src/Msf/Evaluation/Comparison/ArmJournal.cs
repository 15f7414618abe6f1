using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>Opens the measurements of an arm with a seed, and sees to it that they are of the settings of now.</summary>
/// <param name="measures">How arms are judged.</param>
/// <param name="folder">Where they are kept.</param>
/// <param name="features">SHA-256 of the feature network (<see cref="FeatureNetworks.DigestOf"/>).</param>
internal sealed class ArmJournal(ComparisonMeasures measures, ComparisonFolder folder, string features)
{
    /// <summary>Opens them for more.</summary>
    /// <returns>The journal, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">They are of other settings, or damaged.</exception>
    public Journal<ComparisonPoint> Open(PlannedArm arm) => Journal.Open<ArmIdentity, ComparisonPoint>(folder.Journal(arm), Identity(arm), IsSame(arm), Otherwise(arm));

    /// <summary>Reads those that are asked for (<see cref="ArmMeasurement.Asked"/>).</summary>
    /// <exception cref="InvalidDataException">They are of other settings, or damaged.</exception>
    public IReadOnlyList<ComparisonPoint> Read(PlannedArm arm) =>
        ArmMeasurement.Asked(arm, measures, Journal.Read<ArmIdentity, ComparisonPoint>(folder.Journal(arm), IsSame(arm), Otherwise(arm)));

    private ArmIdentity Identity(PlannedArm arm) => new()
    {
        Run = arm.Config,
        JudgedAtImages = arm.JudgedAtImages,
        GuidedStages = arm.Arm.GuidedStages,
        Features = features,
        Data = measures.Data,
        ReferenceImages = measures.ReferenceImages,
    };

    private Func<ArmIdentity, bool> IsSame(PlannedArm arm)
    {
        var own = JsonSerializer.Serialize(Identity(arm), JsonFormat.Line);
        return other => JsonSerializer.Serialize(other, JsonFormat.Line) == own;
    }

    private string Otherwise(PlannedArm arm) =>
        $"{folder.Arm(arm)} is of other settings or another feature network than arm \"{arm.Arm.Name}\" has now; name the arm anew, or give another folder.";
}
