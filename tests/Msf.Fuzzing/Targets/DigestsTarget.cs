using Msf.Checkpoints;

namespace Msf.Fuzzing;

/// <summary>The list of digests in a checkpoint: its problems are lines, none of which may be more than one.</summary>
internal sealed class DigestsTarget : JsonTarget
{
    public override string Name => "digests.json";

    public override long Read(byte[] input)
    {
        Write("good"u8.ToArray(), "a.txt");
        Write(input, FolderDigests.FileName);
        foreach (var problem in FolderDigests.FindProblems(Folder))
            if (FuzzOutcome.FaultOf(problem) is { } fault) throw new InvalidOperationException(fault);
        FolderDigests.Verify(Folder);
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        Write("good"u8.ToArray(), "a.txt");
        FolderDigests.Write(Folder);
        yield return File.ReadAllBytes(Path.Combine(Folder, FolderDigests.FileName));
        yield return """{"formatVersion": 1, "files": {"a.txt": {"length": 4, "sha256": "770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c"}, "b/c": {"length": 0, "sha256": ""}}}"""u8.ToArray();
    }
}
