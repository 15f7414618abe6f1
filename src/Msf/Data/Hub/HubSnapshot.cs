namespace Msf.Data;

/// <summary>A repository at one commit.</summary>
/// <param name="Repository">The repository, and the revision that was asked for.</param>
/// <param name="Commit">The commit that the revision stands for, 40 hexadecimal digits.</param>
/// <param name="Files">Paths of its files; of a cached snapshot those that are here.</param>
/// <param name="FromCache">Whether the hub was not asked.</param>
public sealed record HubSnapshot(HubRepository Repository, string Commit, IReadOnlyList<string> Files, bool FromCache = false)
{
    /// <summary>What identifies the version for good: <c>org/name@commit</c>.</summary>
    public string Identity => $"{Repository.Name}@{Commit}";
}
