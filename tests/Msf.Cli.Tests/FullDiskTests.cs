using Msf.Checkpoints;

namespace Msf.Cli.Tests;

/// <summary>Trains on a disk of a few megabytes, mounted for the purpose, until it is full; and on one that is read-only.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Train = "--config tiny --set training.checkpointEveryImages=256 --set training.logEveryImages=64 --set training.sampleEveryImages=128 --max-images 2048";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-disk-");

    [Theory]
    [InlineData(4608)]                                                                        // two checkpoints and the model fit, and no third beside them
    [InlineData(512)]                                                                         // none fits
    public async Task A_full_disk_ends_the_run_with_one_line_and_the_last_good_checkpoint(int kibibytes)
    {
        var (code, errors) = await RunOnDisk($"size={kibibytes}k", "true");
        Assert.Equal(ExitCode.Failed, code);
        var complaint = Assert.Single(errors, line => line.StartsWith("msf: ", StringComparison.Ordinal));
        Assert.Contains("No space left on device", complaint, StringComparison.Ordinal);
        Assert.Contains("go on with --resume", complaint, StringComparison.Ordinal);
        var checkpoints = new CheckpointStore(Path.Combine(_folder.FullName, "copy", "checkpoints"), 1).List();
        Assert.Equal(kibibytes > 2048, checkpoints.Count > 0);
        Assert.All(checkpoints, checkpoint => Assert.Empty(FolderDigests.FindProblems(checkpoint.Folder)));

        var resumed = await CommandLineRun.Of("train", "--resume", "--out", Path.Combine(_folder.FullName, "copy"), "--max-images", "1");
        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.DoesNotContain("damaged", resumed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_disk_is_told_in_one_line_before_anything_is_computed()
    {
        var (code, errors) = await RunOnDisk("size=1m", "mount -o remount,ro \"$1/disk\"");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("Read-only file system", Assert.Single(errors), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(int Code, string[] Errors)> RunOnDisk(string options, string prepare)
    {
        _folder.CreateSubdirectory("disk");
        using var msf = MsfProcess.StartWithMounts(
            $"mount -t tmpfs -o {options} none \"$1/disk\" && {prepare} && dotnet \"$2\" train {Train} --out \"$1/disk/run\"; code=$?; cp -r \"$1/disk/run\" \"$1/copy\" 2>/dev/null; exit $code",
            _folder.FullName, MsfProcess.Program);
        Assert.SkipWhen(msf is null, "needs the right to mount");
        var (code, _, errors) = await msf!.EndAsync(TestContext.Current.CancellationToken);
        return (code, errors);
    }
}
