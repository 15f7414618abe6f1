namespace Msf.Data;

/// <summary>What a conversion wrote.</summary>
/// <param name="Images">Images written, those of an earlier, interrupted try included.</param>
/// <param name="Broken">Images left out, in the source's order; those of shards that an earlier try finished are not looked at again.</param>
/// <param name="Files">The folder, or the files; shards all of whose images are broken are none of them.</param>
public sealed record PreparationResult(int Images, IReadOnlyList<BrokenImage> Broken, IReadOnlyList<string> Files);
