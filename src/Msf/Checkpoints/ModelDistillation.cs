using Msf.Models;
using Msf.Sampling;

namespace Msf.Checkpoints;

/// <summary>What a model was distilled from, and how: piecewise rectified flow (Yan et al. 2024, arXiv 2405.07510).</summary>
public sealed record ModelDistillation
{
    /// <summary>Name of the teacher.</summary>
    public required string Teacher { get; init; }

    /// <summary>Identity of the teacher's weights, see <see cref="IdentityOf"/>.</summary>
    public required string TeacherIdentity { get; init; }

    /// <summary>Windows of every stage; 0 for a stage that is the teacher's own.</summary>
    public required int[] Windows { get; init; }

    /// <summary>Guidance that is folded into every distilled stage; of a stage that is the teacher's own it says nothing.</summary>
    public required GuidanceConfig[] Guidance { get; init; }

    /// <summary>Identity of a model's weights: the SHA-256, in hexadecimal digits, of the digests of the files that hold them.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="model">Its architecture.</param>
    /// <exception cref="FileNotFoundException">The weights of a stage are missing.</exception>
    public static string IdentityOf(string folder, ModelConfig model) => FileDigest.OfText(
        string.Join('\n', ModelFolder.WeightNames(model).Select(name => FileDigest.Sha256(Path.Combine(folder, name)))));

    /// <summary>Whether what is said of the model and how it is sampled agree.</summary>
    /// <param name="distillation">What is said; null for a model that was not distilled.</param>
    /// <param name="sampling">Its default settings.</param>
    /// <returns>All errors, one line each.</returns>
    internal static IReadOnlyList<string> Validate(ModelDistillation? distillation, SamplingConfig sampling)
    {
        var sampled = sampling.Stages.Select(stage => stage.Windows ?? 0).ToArray();
        var said = distillation?.Windows ?? new int[sampled.Length];
        var errors = new List<string>();
        if (!said.SequenceEqual(sampled))
            errors.Add($"windows are [{string.Join(", ", said)}], and those of the sampling settings [{string.Join(", ", sampled)}]; they must agree, 0 or none where a stage is not distilled");
        if (distillation is not null && distillation.Guidance.Length != sampled.Length)
            errors.Add($"there is guidance of {distillation.Guidance.Length} stages, expected {sampled.Length}");
        return errors;
    }
}
